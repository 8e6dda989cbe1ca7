## Avaimen lisäys, muokkaus ja poisto

key-form-yes = Kyllä
key-form-no = Ei
key-form-new = Lisää avain
key-form-edit = Muokkaa avainta
key-form-id = Avaimen tunnus
key-form-id-hint = Tunnus ei muutu, eikä millään muulla avaimella ole samaa. Kirjaimia, numeroita ja merkkejä ”_”, ”.” ja ”-”.
key-form-property = Kohde
key-form-property-hint = Mitä avain avaa: osoite, rekisterinumero. Voi olla tyhjä.
key-form-locker = Lokero
key-form-shared = Jaettu
key-form-shared-hint = Jaetun avaimen sopimukset voivat olla päällekkäin.
key-form-return-code = Palautuskoodi
key-form-return-code-hint = 4 numeroa tai ei mitään. Näppäimistöllä *-merkin jälkeen se palauttaa avaimen tyhjään lokeroonsa; avainta sillä ei saa.
key-form-no-locker = Automaatin jokaisessa lokerossa on avain. Poista ensin jokin avain tai anna automaatille lisää lokeroita.
key-form-added = Avain on lisätty lokeroon { $locker }
key-form-added-next = Pane se nyt paikalleen: avaa lokero, laske avain sisään ja sulje ovi.
key-form-back-to = Takaisin:
key-form-first-contract = Tee sen ensimmäinen sopimus
key-form-another = Lisää toinen avain
key-form-pairs = Nämä sopimukset ovat päällekkäin, joten avaimesta ei voi tehdä jakamatonta. Siirrä tai poista ensin toinen kustakin parista.
key-form-pair-and = ja
key-remove = Poista avain
key-remove-contracts = { $count ->
    [0] Yksikään sopimus ei ole voimassa tai tulossa. Päättyneet poistetaan avaimen mukana.
    [one] { $count } sopimus, joka on voimassa tai tulossa, poistuu samalla, ja sen yhteyshenkilöille kerrotaan peruutuksesta. Päättyneet poistetaan avaimen mukana.
   *[other] { $count } sopimusta, jotka ovat voimassa tai tulossa, poistuu samalla, ja niiden yhteyshenkilöille kerrotaan peruutuksesta. Päättyneet poistetaan avaimen mukana.
}
key-remove-codes = Siitä hetkestä mikään niiden PIN-koodeista ei avaa mitään, eikä palautuskoodikaan.
key-remove-out = Avain on poissa lokerostaan: se voi olla jollakulla. Kun se on poistettu täältä, kukaan ei voi palauttaa sitä PIN-koodilla.
key-remove-force = Poista, vaikka avain on ulkona
key-removing = Avainta poistetaan
key-removing-explained = Se ei ole enää lokerossaan, eikä mikään sen PIN-koodeista avaa mitään. Sen sopimuksia poistetaan vielä; se jatkuu itsestään, ja siihen asti millään muulla avaimella ei voi olla tätä tunnusta.
key-removing-go-on = Katso, onko valmista
key-removing-to-the-automat = Automaattiin
