# The page of a key

key-page-running = Pågår
key-page-upcoming = Kommande
key-page-ended = Avslutade
key-page-contracts = Avtal
key-page-contracts-ended = Avslutade avtal
key-page-none = Ingen har ett avtal på den här nyckeln nu eller senare.
key-page-none-ended = Inget avtal på den här nyckeln har avslutats.
key-page-first = Gör det första avtalet
key-page-show-ended = Avslutade avtal
key-page-show-live = Pågående och kommande avtal
key-page-property = Objekt
key-page-place = Plats
key-page-locker = Fack
key-page-whereabouts = Nyckel
key-page-inside = I sitt fack
key-page-out = Ute
key-page-unknown = Automaten har inte sagt det än
key-page-with = med
key-page-sharing = Delning
key-page-shared = Delad: avtal får överlappa varandra
key-page-not-shared = Inte delad: ett avtal i taget
key-page-return-code = Returkod
key-page-show-code = Visa returkod
key-page-free = När den är ledig
key-page-legend = Inget märke: ledig. ◐ Det finns plats. ● Upptagen hela dagen.
key-page-month-before = Föregående månad
key-page-month-after = Nästa månad
key-page-events = Händelser
key-page-done-added = Nyckeln är tillagd.
key-page-done-changed = Nyckeln är ändrad.
key-page-done-contract-removed = Avtalet är borttaget.
key-page-month-name = { $month ->
    [1] januari
    [2] februari
    [3] mars
    [4] april
    [5] maj
    [6] juni
    [7] juli
    [8] augusti
    [9] september
    [10] oktober
    [11] november
   *[12] december
}
key-page-month = { key-page-month-name } { $year }
key-page-weekday = { $weekday ->
    [1] mån
    [2] tis
    [3] ons
    [4] tors
    [5] fre
    [6] lör
   *[7] sön
}
key-page-date = { $day } { key-page-month-name }
key-page-room = { $room ->
    [past] över
    [free] ledig
    [partly] delvis ledig
   *[taken] upptagen
}
key-page-count = { $count ->
    [0] { "" }
    [one] { ", " }{ $count } avtal
   *[other] { ", " }{ $count } avtal
}
key-page-new-on = Nytt avtal den { key-page-date }, { key-page-room }{ key-page-count }
key-page-day = { key-page-date }, { key-page-room }{ key-page-count }
