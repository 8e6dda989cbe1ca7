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

# The page of a key

key-page-running = Käynnissä
key-page-upcoming = Tulossa
key-page-ended = Päättyneet
key-page-contracts = Sopimukset
key-page-contracts-ended = Päättyneet sopimukset
key-page-none = Kellään ei ole sopimusta tähän avaimeen nyt eikä myöhemmin.
key-page-none-ended = Mikään tämän avaimen sopimus ei ole päättynyt.
key-page-first = Tee ensimmäinen sopimus
key-page-show-ended = Päättyneet sopimukset
key-page-show-live = Käynnissä olevat ja tulevat sopimukset
key-page-property = Kohde
key-page-place = Paikka
key-page-locker = Lokero
key-page-whereabouts = Avain
key-page-inside = Lokerossaan
key-page-out = Noudettu
key-page-missing = Ei lokerossaan
key-page-unknown = Automaatti ei ole vielä kertonut
key-page-with = sopimuksella
key-page-sharing = Yhteiskäyttö
key-page-shared = Yhteiskäytössä: sopimukset voivat mennä päällekkäin
key-page-not-shared = Ei yhteiskäytössä: yksi sopimus kerrallaan
key-page-return-code = Palautuskoodi
key-page-show-code = Näytä palautuskoodi
key-page-free = Milloin avain on vapaa
key-page-legend = Ei merkkiä: vapaa. ◐ Tilaa on. ● Varattu koko päivän.
key-page-month-before = Edellinen kuukausi
key-page-month-after = Seuraava kuukausi
key-page-last-events = Viimeisimmät tapahtumat
key-page-events = Kaikki tapahtumat
key-page-done-added = Avain on lisätty.
key-page-done-changed = Avainta on muutettu.
key-page-done-contract-removed = Sopimus on poistettu.
key-page-month-name = { $month ->
    [1] tammikuu
    [2] helmikuu
    [3] maaliskuu
    [4] huhtikuu
    [5] toukokuu
    [6] kesäkuu
    [7] heinäkuu
    [8] elokuu
    [9] syyskuu
    [10] lokakuu
    [11] marraskuu
   *[12] joulukuu
}
key-page-month = { key-page-month-name } { $year }
key-page-weekday = { $weekday ->
    [1] ma
    [2] ti
    [3] ke
    [4] to
    [5] pe
    [6] la
   *[7] su
}
key-page-date = { $day }. { key-page-month-name }ta
key-page-room = { $room ->
    [past] ohi
    [free] vapaa
    [partly] osin vapaa
   *[taken] varattu
}
key-page-count = { $count ->
    [0] { "" }
    [one] { ", " }{ $count } sopimus
   *[other] { ", " }{ $count } sopimusta
}
key-page-new-on = Uusi sopimus { key-page-date } alkaen, { key-page-room }{ key-page-count }
key-page-day = { key-page-date }, { key-page-room }{ key-page-count }
