## Att lägga till, ändra och ta bort en nyckel

key-form-yes = Ja
key-form-no = Nej
key-form-new = Lägg till en nyckel
key-form-edit = Ändra nyckel
label-keyId = Nyckelns ID
key-form-id-hint = Kan inte ändras senare, och varje nyckel har sitt eget. Bokstäver, siffror, ”_”, ”.” och ”-”.
label-property = Objekt
key-form-property-hint = Vad nyckeln öppnar, till exempel en adress eller ett registreringsnummer. Får vara tomt.
label-lockerIndex = Fack
label-shared = Delad
key-form-shared-hint = Avtal på en delad nyckel får överlappa varandra.
label-returnCode = Returkod
key-form-return-code-hint = 4 siffror, eller tomt. Den som trycker * och koden kan lägga tillbaka nyckeln i dess tomma fack. Den kan inte användas för att hämta nyckeln.
key-form-no-locker = Alla automatens fack har en nyckel. Ta först bort en, eller ge automaten fler fack.
key-form-added = Nyckeln är tillagd, i fack { $locker }
key-form-added-next = Lägg nu in den: öppna facket, lägg in nyckeln och stäng dörren.
key-form-back-to = Tillbaka till
key-form-first-contract = Skapa nyckelns första avtal
key-form-another = Lägg till en nyckel till
key-form-pairs = De här avtalen överlappar varandra, så nyckeln måste förbli delad. Flytta eller ta först bort ett avtal i varje par.
key-form-pair-and = och
key-remove = Ta bort nyckeln
key-remove-contracts = { $count ->
    [0] Det finns inga pågående eller kommande avtal. Avslutade avtal utan andra nycklar raderas samtidigt.
    [one] Nyckeln har { $count } pågående eller kommande avtal. Har avtalet andra nycklar mister det bara den här, annars tas det bort. Avslutade avtal utan andra nycklar raderas samtidigt.
   *[other] Nyckeln har { $count } pågående eller kommande avtal. De som har andra nycklar mister bara den här, de övriga tas bort. Avslutade avtal utan andra nycklar raderas samtidigt.
}
key-remove-messages = Kontaktpersonerna får veta det:
key-remove-emails = { $count ->
    [one] { $count } e-postmeddelande
   *[other] { $count } e-postmeddelanden
}
key-remove-sms = { $count } SMS
key-remove-nobody = Ingen får något meddelande.
key-remove-quiet = Skicka inga meddelanden
key-remove-codes = Avtalens PIN-koder slutar genast gälla för den här nyckeln, och likaså dess returkod.
key-remove-name = Skriv nyckelns ID för att ta bort nyckeln och alla dessa avtal
key-remove-not-named = Skriv { $key } för att bekräfta att du vill ta bort den.
key-remove-out = Nyckeln är inte i sitt fack: någon kan ha den. När den har tagits bort här kan ingen återlämna den med en PIN-kod.
key-remove-force = Ta bort nyckeln trots att den inte är i facket
key-removing = Nyckeln tas bort
key-removing-explained = Nyckeln har inte längre något fack, och ingen PIN-kod gäller för den. I bakgrunden tas dess avtal bort, eller mister nyckeln om de har andra. Tills det är klart kan ingen annan nyckel få samma ID.
key-removing-check = Se om det är klart
key-removing-to-the-automat = Till automaten

# The page of a key

key-page-contracts = Avtal
key-page-none = Nyckeln har inga pågående eller kommande avtal.
key-page-first = Skapa det första avtalet
key-page-since = sedan { $time }
key-page-all = Alla { $count } avtal
key-page-about = Om nyckeln
key-page-show-ended = Avslutade avtal
key-page-property = Objekt
key-page-location = Plats
key-page-locker = Fack
key-page-inside = På plats
key-page-out = Hämtad
key-page-missing = Inte i sitt fack
key-page-unknown = Automaten har inte rapporterat det än
key-page-sharing = Delning
key-page-shared = Delad: avtal får överlappa varandra
key-page-not-shared = Inte delad: ett avtal i taget
key-page-return-code = Returkod
key-page-show-code = Visa returkod
key-page-free = När nyckeln är ledig
key-page-legend = Ingen markering: ledig. ◐ Delvis ledig. ● Upptagen hela dagen.
key-page-month-before = Föregående månad
key-page-month-after = Nästa månad
key-page-last-events = Senaste händelser
key-page-events = Alla händelser
key-page-done-added = Nyckeln är tillagd.
key-page-done-changed = Nyckeln är ändrad.
key-page-done-contract-removed = Avtalet är borttaget.
key-page-done-contract-removed-offline = Avtalet har tagits bort. Dess automat är frånkopplad och kan fortfarande godta PIN-koden.
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
    [past] förbi
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

# The list of keys

keys-search-hint = De första bokstäverna i ord i en nyckels ID eller objekt.
keys-show = Visa nycklar
keys-holder = Vem har den
keys-next = Nästa avtal
keys-none = Det finns inga nycklar ännu. En administratör lägger till dem i en automats fack.
keys-none-found = Det finns inga sådana nycklar.
keys-no-more = Det finns inga fler nycklar.
