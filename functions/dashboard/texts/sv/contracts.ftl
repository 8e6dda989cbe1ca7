### Contracts: making, editing and removing one, who is told, and the messages.

contract-new = Nytt avtal
contract-edit = Ändra avtal
contract-end = Avsluta avtal
contract-end-now = Avsluta nu
contract-extend = Förläng
contract-remove = Ta bort avtal

# Its form

person = Person
start = Börjar
end = Slutar
start-date = Startdatum
start-time = Starttid
start-now = Börjar nu
end-date = Slutdatum
end-time = Sluttid
date-hint = Till exempel 2026-11-24
time-hint = Till exempel 14.00
date-form = Ange ett datum som finns, till exempel 2026-11-24.
time-form = Ange ett klockslag, till exempel 14.00.
start-missing = Ange en start, eller välj att avtalet börjar nu.
start-or-now = Välj antingen en start eller nu.
times-in = Tiderna gäller i tidszonen
permanent-contract = Avtal tills vidare
permanent = Tills vidare
pin = PIN-kod
pin-hint = 4–9 siffror. Lämna tomt så skapas en kod.
pin-hint-edit = Lämna tomt så förblir koden som den är.
free-text = Meddelande
free-text-hint = En anteckning som följer med meddelandena.
contract-id-own = En egen referens
contract-id = Avtals-ID
contract-id-hint = Till exempel ett bokningsnummer. Lämna tomt så skapas ett.
end-missing = Ange en sluttid, eller välj ett avtal tills vidare.
time-skipped = Den tiden finns inte den dagen: klockorna ställs fram över den. Nästa tid som finns: { $next }.
time-take = Välj
time-twice = Den tiden kommer två gånger den dagen: klockorna ställs tillbaka. Välj vilken av dem du menar.
time-which-of-the-two = Vilken av de två?
time-which = { $which ->
    [first] Första gången, { $offset }
   *[second] Andra gången, { $offset }
}

contacts = Kontakter
contacts-hint = De som ska få veta om avtalet. Högst 10.
contacts-none = Ingen får veta om det här avtalet.
contact = Kontakt { $number }
contact-add = Lägg till kontakt
contact-remove = Ta bort
contact-name = Namn
contact-language = Meddelandenas språk
contact-not-told = Får inga meddelanden
email = E-post
send-email = Skicka e-post
phone-number = Telefonnummer
phone-number-hint = Som numret slås i landet, eller med landsnummer, till exempel +358401234567.
phone-numbers = Telefonnummer
phone-numbers-before = De här telefonnumren sparas i internationell form. Kontrollera att de stämmer.
country = Telefonnumrets land
country-none = Inget valt
send-sms = Skicka SMS
additional-messages = Ytterligare meddelanden

kind-contract-created = Avtal skapat
kind-contract-updated = Avtal ändrat
kind-contract-ended = Avtal avslutat
kind-contract-cancelled = Avtal avbokat
kind-start-reminder = Påminnelse 24 timmar före början
kind-end-reminder = Påminnelse 2 timmar före slutet
kind-key-fetched = Nyckel hämtad
kind-key-returned = Nyckel återlämnad
kind-key-not-returned = Nyckel inte återlämnad i tid

# The key is not back

form-overdue = Den här nyckeln är försenad
form-overdue-advice = { $person } skulle lämna tillbaka den { $time }. Den är kanske inte tillbaka när det nya avtalet börjar.

# Others have the key

conflict = Någon annan har nyckeln då
conflict-more = { $count ->
    [one] Och ett avtal till.
   *[other] Och { $count } avtal till.
}
next-free = Nästa lediga tid av samma längd:
next-free-take = Välj nästa lediga tid
next-free-none = Nyckeln är inte ledig så länge någon gång senare heller.

# Messages

messages = Meddelanden
messages-before = De här skickas när du sparar. Ännu har inget sparats eller skickats.
messages-none = Ingen har fått veta något om det här avtalet.
told-by-email = e-post till { $address }
told-by-sms = SMS till { $address }
told-at-once = Skickas genast
told-at = Skickas { $time }, om inget har ändrats till dess
told-subject = Ämne:
told-sms = { $count ->
    [one] Ett SMS
   *[other] Så långt som { $count } SMS
}
told-sms-of-many-letters = { $count ->
    [one] Ett SMS. En bokstav i det som SMS inte känner till gör att det rymmer 70 tecken i stället för 160.
   *[other] Så långt som { $count } SMS. En bokstav i det som SMS inte känner till gör att vart och ett rymmer 67 tecken i stället för 153.
}
message-again = Skicka igen
message-pending = Skickas { $time }
message-sending = Skickas just nu
message-sent = Skickat { $time }
message-bounced = Kunde inte levereras, { $time }
message-refused = Avvisat { $time }
message-failed = Uppgivet { $time }
message-superseded = Inte skickat: avtalet hade ändrats, { $time }
message-perhaps-twice = Det kan ha skickats två gånger.
trouble-throttled = För många meddelanden skickades då.
trouble-unavailable = E-post- eller SMS-tjänsten var inte tillgänglig.
trouble-unanswered = E-post- eller SMS-tjänsten svarade inte, så meddelandet kan ändå ha skickats.
trouble-not-allowed = E-post- eller SMS-tjänsten släpper inte fram oss. Fråga den som sköter den här tjänsten.
trouble-address-refused = Inget kan skickas till den här adressen eller det här numret. Kontrollera det.
trouble-content-refused = E-post- eller SMS-tjänsten skickar inte den här texten.

# Its page

key = Nyckel
when = När
state = Läge
state-running = Pågår
state-upcoming = Kommande
state-ended = Avslutat
state-overdue = Försenad
contract-has-the-key = Har nyckeln
created = Skapat
updated = Senast ändrat
pin-hidden = Dold
pin-show = Visa PIN-kod
pin-shown = Att du tittade på den har antecknats.
pin-another = En annan PIN-kod
pin-another-explained = Den nuvarande PIN-koden öppnar därefter ingenting. Kontakterna får veta den nya.
pin-new = Ny PIN-kod

contract-done-created = Avtalet är skapat.
contract-done-changed = Avtalet är ändrat.
contract-done-ended = Avtalet är avslutat.
contract-done-new-pin = Avtalet har en ny PIN-kod.
contract-done-resent = Meddelandet skickas igen.

# Ending it

contract-end-explained = Avtalet upphör genast och finns kvar i historiken. Därefter kan PIN-koden bara användas för att lämna tillbaka nyckeln.
contract-end-out = Nyckeln är ute med det här avtalet. Den är försenad från och med nu, tills den lämnas tillbaka.
contract-end-told = När du avslutar avtalet skickas de här meddelandena:
contract-end-stale-advice = Nedan står avtalet som det är nu. Kontrollera det innan du avslutar det.

# Removing it

contract-remove-pin = Dess PIN-kod öppnar därefter ingenting.
contract-remove-out = Nyckeln är ute med det här avtalet. Utan det kan nyckeln lämnas tillbaka bara med sin returkod, om den har en.
contract-remove-force = Ta bort det fast nyckeln är ute
contract-remove-told = När du tar bort avtalet skickas de här:
contract-remove-nobody = Ingen får veta det.
contract-remove-stale = Någon har ändrat avtalet under tiden
contract-remove-stale-advice = Nedan står det som det är nu. Titta på det igen innan du tar bort det.
