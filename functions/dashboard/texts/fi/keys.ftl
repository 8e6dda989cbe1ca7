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
key-page-events = Tapahtumat
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
