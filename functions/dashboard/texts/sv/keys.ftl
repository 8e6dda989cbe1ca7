## Att lägga till, redigera och ta bort en nyckel

key-form-yes = Ja
key-form-no = Nej
key-form-new = Lägg till en nyckel
key-form-edit = Redigera
key-form-id = Nyckelns ID
key-form-id-hint = Det ändras aldrig, och ingen annan nyckel har det. Bokstäver, siffror, ”_”, ”.” och ”-”.
key-form-property = Objekt
key-form-property-hint = Vad nyckeln öppnar: en adress, ett registreringsnummer. Får vara tomt.
key-form-locker = Fack
key-form-shared = Delad
key-form-shared-hint = Avtal på en delad nyckel får överlappa i tid.
key-form-return-code = Returkod
key-form-return-code-hint = 4 siffror, eller inget. Efter * på knappsatsen lämnar den tillbaka nyckeln i dess tomma fack; den ger aldrig ut någon.
key-form-no-locker = Varje fack i automaten har en nyckel. Ta bort en först, eller ge automaten fler fack.
key-form-added = Nyckeln är tillagd, i fack { $locker }
key-form-added-next = Lägg nu in den: öppna facket, lägg nyckeln inne och stäng dörren.
key-form-back-to = Tillbaka till
key-form-first-contract = Gör dess första avtal
key-form-another = Lägg till en nyckel till
key-form-pairs = De här avtalen överlappar, så nyckeln kan inte bli en som inte är delad. Flytta eller ta bort ett av varje par först.
key-form-pair-and = och
key-remove = Ta bort
key-remove-contracts = { $count ->
    [0] Inget avtal löper eller är på väg. De som har slutat raderas med nyckeln.
    [one] { $count } avtal som löper eller är på väg försvinner med den, och dess kontaktpersoner får veta att det är inställt. De som har slutat raderas med nyckeln.
   *[other] { $count } avtal som löper eller är på väg försvinner med den, och deras kontaktpersoner får veta att de är inställda. De som har slutat raderas med nyckeln.
}
key-remove-codes = Från den stunden öppnar ingen av deras PIN-koder något, och inte heller returkoden.
key-remove-out = Nyckeln är inte i sitt fack: någon kan ha den. När den är borttagen här kan ingen lämna tillbaka den med en PIN-kod.
key-remove-force = Ta bort den fast nyckeln är ute
key-removing = Nyckeln tas bort
key-removing-explained = Den är redan ur sitt fack, och ingen av dess PIN-koder öppnar något. Dess avtal raderas ännu; det fortsätter av sig självt, och tills det är klart kan ingen annan nyckel ha detta ID.
key-removing-go-on = Se om det är klart
key-removing-to-the-automat = Till automaten

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
key-page-missing = Inte i sitt fack
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
key-page-last-events = Senaste händelser
key-page-events = Alla händelser
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
