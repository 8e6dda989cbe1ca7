## Avaimen lisäys, muokkaus ja poisto

key-form-yes = Kyllä
key-form-no = Ei
key-form-new = Lisää avain
key-form-edit = Muokkaa avainta
label-keyId = Avaimen tunnus
key-form-id-hint = Tunnusta ei voi vaihtaa jälkikäteen, ja jokaisella avaimella on oma tunnuksensa. Kirjaimia, numeroita ja merkkejä ”_”, ”.” ja ”-”.
label-property = Kohde
key-form-property-hint = Mitä avain avaa, esimerkiksi osoite tai rekisterinumero. Voi olla tyhjä.
label-lockerIndex = Lokero
label-shared = Yhteiskäyttöinen
key-form-shared-hint = Yhteiskäyttöisen avaimen sopimukset voivat olla päällekkäin.
label-returnCode = Palautuskoodi
key-form-return-code-hint = 4 numeroa tai tyhjä. Kun koodin näppäilee *-merkin jälkeen, avaimen voi palauttaa tyhjään lokeroonsa. Avainta sillä ei voi noutaa.
key-form-no-locker = Automaatin jokaisessa lokerossa on avain. Poista ensin jokin avain tai anna automaatille lisää lokeroita.
key-form-added = Avain on lisätty lokeroon { $locker }
key-form-added-next = Laita avain nyt paikalleen: avaa lokero, laita avain sisään ja sulje ovi.
key-form-back-to = Takaisin:
key-form-first-contract = Luo avaimen ensimmäinen sopimus
key-form-another = Lisää toinen avain
key-form-pairs = Nämä sopimukset ovat päällekkäin, joten avaimen on pysyttävä yhteiskäyttöisenä. Siirrä tai poista ensin toinen kustakin parista.
key-form-pair-and = ja
key-remove = Poista avain
key-remove-contracts = { $count ->
    [0] Voimassa olevia tai tulevia sopimuksia ei ole. Päättyneet sopimukset, joissa ei ole muita avaimia, poistetaan samalla.
    [one] Avaimella on { $count } voimassa oleva tai tuleva sopimus. Jos siinä on muita avaimia, siitä poistuu vain tämä avain; muuten koko sopimus poistetaan. Päättyneet sopimukset, joissa ei ole muita avaimia, poistetaan samalla.
   *[other] Avaimella on { $count } voimassa olevaa tai tulevaa sopimusta. Niistä, joissa on muita avaimia, poistuu vain tämä avain; muut poistetaan kokonaan. Päättyneet sopimukset, joissa ei ole muita avaimia, poistetaan samalla.
}
key-remove-messages = Yhteyshenkilöille ilmoitetaan:
key-remove-emails = { $count ->
    [one] { $count } sähköposti
   *[other] { $count } sähköpostia
}
key-remove-sms = { $count ->
    [one] { $count } tekstiviesti
   *[other] { $count } tekstiviestiä
}
key-remove-nobody = Kenellekään ei ilmoiteta.
key-remove-quiet = Älä ilmoita kenellekään
key-remove-codes = Sopimusten PIN-koodit lakkaavat heti toimimasta tälle avaimelle, samoin avaimen palautuskoodi.
key-remove-name = Kirjoita avaimen tunnus, jos haluat poistaa avaimen ja kaikki nämä sopimukset
key-remove-not-named = Vahvista poisto kirjoittamalla { $key }.
key-remove-out = Avain ei ole lokerossaan: se voi olla jollakulla. Kun avain on poistettu täältä, sitä ei voi enää palauttaa PIN-koodilla.
key-remove-force = Poista, vaikka avain ei ole lokerossaan
key-removing = Avainta poistetaan
key-removing-explained = Avaimella ei ole enää lokeroa, eikä mikään PIN-koodi toimi sille. Sen sopimuksia poistetaan vielä taustalla; niistä, joissa on muita avaimia, poistuu vain tämä avain. Siihen asti tunnusta ei voi antaa toiselle avaimelle.
key-removing-check = Tarkista, onko poisto valmis
key-removing-to-the-automat = Automaattiin

# The page of a key

key-page-contracts = Sopimukset
key-page-none = Avaimella ei ole voimassa olevia eikä tulevia sopimuksia.
key-page-first = Luo ensimmäinen sopimus
key-page-since = alkaen { $time }
key-page-all = Kaikki { $count } sopimusta
key-page-about = Tietoja avaimesta
key-page-show-ended = Päättyneet sopimukset
key-page-property = Kohde
key-page-location = Paikka
key-page-locker = Lokero
key-page-inside = Paikallaan
key-page-out = Noudettu
key-page-missing = Ei lokerossaan
key-page-unknown = Automaatti ei ole vielä ilmoittanut
key-page-sharing = Yhteiskäyttö
key-page-shared = Yhteiskäyttöinen: sopimukset voivat olla päällekkäin
key-page-not-shared = Ei yhteiskäyttöinen: yksi sopimus kerrallaan
key-page-return-code = Palautuskoodi
key-page-show-code = Näytä palautuskoodi
key-page-free = Milloin avain on vapaa
key-page-legend = Ei merkkiä: vapaa. ◐ Osin vapaa. ● Varattu koko päivän.
key-page-month-before = Edellinen kuukausi
key-page-month-after = Seuraava kuukausi
key-page-last-events = Viimeisimmät tapahtumat
key-page-events = Kaikki tapahtumat
key-page-done-added = Avain on lisätty.
key-page-done-changed = Avainta on muutettu.
key-page-done-contract-removed = Sopimus on poistettu.
key-page-done-contract-removed-offline = Sopimus on poistettu. Sen automaatilla ei ole yhteyttä, ja PIN-koodi voi vielä toimia siellä.
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

# The list of keys

keys-search-hint = Avaimen tunnuksen tai kohteen sanojen alkukirjaimia.
keys-show = Näytä avaimet
keys-holder = Kenellä
keys-next = Seuraava sopimus
keys-none = Avaimia ei ole vielä. Ylläpitäjä lisää ne automaatin lokeroihin.
keys-none-found = Tällaisia avaimia ei ole.
keys-no-more = Avaimia ei ole enempää.
