### Avtal: att skapa, ändra, avsluta och ta bort dem, kontaktpersonerna och meddelandena. Termer: automats.ftl.

contract-new = Nytt avtal
contract-edit = Ändra avtal
contract-end = Avsluta avtal
contract-end-now = Avsluta nu
contract-extend = Förläng
contract-remind = Påminn
contract-remove = Ta bort avtal

# Its form

label-person = Person
label-keyIds = Nycklar
keys-hint = Nycklarnas ID, åtskilda med kommatecken; högst 16. Alla hämtas och återlämnas med samma PIN-kod.
keys-unknown = Det finns ingen nyckel { $key }
keys-being-removed = Nyckel { $key } håller på att tas bort
keys-one-being-removed = En av avtalets nycklar håller på att tas bort. Försök igen om ett ögonblick.
keys-full = Nyckel { $key } har redan så många avtal som den kan ha
keys-too-many-in-edit = En ändring kan gälla högst { $max } nycklar, de som tas bort inräknade. Ta först bort nycklar ur avtalet och lägg sedan till andra.
keys-others = Automatens andra nycklar
keys-others-hint = Markerade nycklar läggs till när du sparar.
keys-others-first = Bara de första { $count } nycklarna finns i listan. Skriv de andras ID i fältet ovan.
keys-more = { $count ->
    [one] + { $count } nyckel
   *[other] + { $count } nycklar
}
label-start = Börjar
label-end = Slutar
label-start-date = Startdatum
label-start-time = Starttid
label-start-now = Börjar nu
label-end-date = Slutdatum
label-end-time = Sluttid
date-hint = Till exempel 2026-11-24
date-choose = Välj datum
time-hint = Till exempel 14.00
date-form = Ange ett datum som finns, till exempel 2026-11-24.
time-form = Ange ett klockslag, till exempel 14.00.
start-missing = Ange en starttid, eller välj ”Börjar nu”.
start-or-now = Välj antingen en starttid eller ”Börjar nu”, inte båda.
times-in = Tider i tidszonen
label-permanent = Tillsvidareavtal
permanent = Tills vidare
label-pin = PIN-kod
pin-hint = 4–9 siffror. Lämna tomt så skapas en PIN-kod.
pin-hint-edit = Lämna tomt så förblir koden som den är.
label-schedule = Hämtningstider
schedule-hint = Lämna tomt om hämtning är tillåten när som helst. Återlämna går alltid. En tid som slutar före sin början slutar nästa dag.
schedule-row = Dagar och klockslag { $number }
label-schedule-days = Dagar
label-schedule-from = Från
label-schedule-to = Till
day-Mo = måndag
day-Tu = tisdag
day-We = onsdag
day-Th = torsdag
day-Fr = fredag
day-Sa = lördag
day-Su = söndag
label-freeText = Anteckning
note-hint = Skickas med meddelandena.
contract-id-own = Ange en egen referens
label-contractId = Avtals-ID
contract-id-hint = Till exempel ett bokningsnummer. Lämna tomt så skapas ett.
end-missing = Ange en sluttid, eller välj ett tillsvidareavtal.
time-skipped = Den dagen ställs klockan fram, och den här tiden finns inte. Nästa möjliga tid: { $next }.
time-take = Välj
time-twice = Den dagen ställs klockan tillbaka, och den här tiden inträffar två gånger. Välj vilken av dem du menar.
time-which-of-the-two = Vilken av de två?
time-which = { $which ->
    [first] Den första, { $offset }
   *[second] Den andra, { $offset }
}

label-contacts = Kontaktpersoner
contacts-hint = De som ska få meddelanden om avtalet. Högst 10.
contacts-none = Ingen får meddelanden om det här avtalet.
contact = Kontaktperson { $number }
contact-add = Lägg till kontaktperson
contact-add-person = Lägg till personen som kontaktperson
contact-find = Sök bland tidigare kontaktpersoner
contact-find-none = Ingen kontaktperson i ett tidigare avtal har detta namn.
contacts-full = Det finns 10 kontaktpersoner, vilket är det högsta antalet. Ta bort en för att lägga till en annan.
contact-remove = Ta bort
label-contacts-name = Namn
contact-language = Språk i meddelandena
contact-not-notified = Får inga meddelanden
label-contacts-email = E-post
send-email = Skicka e-post
label-contacts-phoneNumber = Telefonnummer
phone-number-hint = Numret i inhemsk form, eller med landsnummer, till exempel +358401234567.
phone-numbers = Telefonnummer
phone-numbers-before = De här telefonnumren sparas i internationell form. Kontrollera att de stämmer.
country = Telefonnumrets land
country-none = Inget valt
send-sms = Skicka SMS
additional-messages = Ytterligare meddelanden

# The key is not back

form-overdue = Den här nyckeln är försenad
form-overdue-advice = { $person } skulle återlämna den { $time }. Den är kanske inte på plats när det nya avtalet börjar.

# Others have the key

conflict = Nyckeln är upptagen då
conflict-several = Alla nycklar är inte lediga då
conflict-more = { $count ->
    [one] Och ett avtal till.
   *[other] Och { $count } avtal till.
}
next-free = Nästa lediga tid av samma längd:
next-free-several = Nästa tid av samma längd då alla nycklar är lediga:
next-free-take = Välj nästa lediga tid
next-free-none = Nyckeln är inte ledig så länge senare heller.
next-free-none-several = Alla nycklar är inte lediga så länge samtidigt senare heller.

# Messages

messages = Meddelanden
messages-before = De här meddelandena skickas när du sparar. Ännu har ingenting sparats eller skickats.
messages-none = Inga meddelanden har skickats om det här avtalet.
message-by-email = e-post till { $address }
message-by-sms = SMS till { $address }
preview-now = Skickas genast
preview-at = Skickas { $time }, om ingenting ändras innan dess
preview-subject = Ämne:
preview-sms = { $count ->
    [one] Ett SMS
   *[other] { $count } SMS långt
}
preview-sms-unicode = { $count ->
    [one] Ett SMS. Det innehåller ett tecken som inte hör till SMS-alfabetet och rymmer därför 70 tecken i stället för 160.
   *[other] { $count } SMS långt. Det innehåller ett tecken som inte hör till SMS-alfabetet, och därför rymmer varje SMS 67 tecken i stället för 153.
}
message-again = Skicka igen
message-pending = Skickas { $time }
message-sending = Skickas just nu
message-sent = Skickat { $time }
message-bounced = Kunde inte levereras, { $time }
message-refused = Avvisat { $time }
message-failed = Misslyckades { $time }
message-superseded = Skickades inte, { $time }: avtalet hade ändrats
message-possibly-duplicate = Meddelandet kan ha skickats två gånger.
failure-throttled = För många meddelanden skickades då.
failure-unavailable = E-post- eller SMS-tjänsten var inte tillgänglig.
failure-unanswered = E-post- eller SMS-tjänsten svarade inte, så meddelandet kan ändå ha skickats.
failure-not-allowed = E-post- eller SMS-tjänsten tillåter inte att vi skickar. Kontakta den som tillhandahåller den här tjänsten.
failure-address-refused = Ingenting kan skickas till den här adressen eller det här numret. Kontrollera det.
failure-content-refused = E-post- eller SMS-tjänsten skickar inte den här texten.

# Its page

key = Nyckel
when = När
state = Status
state-active = Pågår
state-upcoming = Kommande
state-ended = Avslutat
state-overdue = Försenad
contract-has-the-key = Nyckeln hämtad
contract-key-out = Hämtad
contract-key-at = { $automat }, fack { $locker }
created = Skapat
updated = Senast ändrat
pin-hidden = Dold
pin-show = Visa PIN-kod
pin-shown = Visningen av PIN-koden har registrerats bland händelserna.
pin-change = Byt PIN-kod
pin-change-explained = Den nuvarande PIN-koden slutar gälla. Kontaktpersonerna får den nya.
pin-new = Ny PIN-kod

contract-done-created = Avtalet är skapat.
contract-done-changed = Avtalet är ändrat.
contract-done-ended = Avtalet är avslutat.
contract-done-new-pin = Avtalet har en ny PIN-kod.
contract-done-resent = Meddelandet skickas igen.
contract-done-reminded = En påminnelse skickas till alla kontaktpersoner inom en minut.
contract-done-not-reminded = En påminnelse begärdes för några minuter sedan, eller så är nycklarna tillbaka.

# Ending it

contract-end-explained = { $count ->
    [one] Avtalet avslutas genast och finns kvar i historiken. Därefter gäller PIN-koden bara för att återlämna nyckeln.
   *[other] Avtalet avslutas genast och finns kvar i historiken. Därefter gäller PIN-koden bara för att återlämna nycklarna.
}
contract-end-out = { $count ->
    [one] Nyckel { $keys } är hämtad med det här avtalet. Den är försenad från och med nu tills den återlämnas.
   *[other] Nycklarna { $keys } är hämtade med det här avtalet. De är försenade från och med nu tills de återlämnas.
}
contract-end-messages = När du avslutar avtalet skickas de här meddelandena:
contract-end-stale-advice = Nedan ser du avtalet som det är nu. Kontrollera det innan du avslutar det.

# At the automat

held = Vid automaten
held-warning = Obs
held-connected = { $automat } känner till avtalet: PIN-koden fungerar där även utan anslutning.
held-offline = { $automat } har varit frånkopplad sedan { $since }. Den känner till avtalet: PIN-koden fungerar där till { $until }.
held-no-lease = { $automat } känner till avtalet, men lämnar inte ut nycklar utan anslutning.
held-lease-over = { $automat } har varit frånkopplad sedan { $since }. Den känner till avtalet, men lämnar inte ut nycklar förrän den är ansluten igen.
held-lease-ends = { $automat } har varit frånkopplad sedan { $since }. Den känner till avtalet, men lämnar ut nycklar bara till { $until }.
held-pending = { $automat } känner ännu inte till avtalet som det är nu: PIN-koden fungerar där bara när automaten är ansluten.
held-pending-offline = { $automat } har varit frånkopplad sedan { $since } och känner inte till avtalet: PIN-koden fungerar där när automaten är ansluten igen.
held-revoking = { $automat } har varit frånkopplad sedan { $since } och känner till avtalet som det var förut. Till { $until }, eller tills den är ansluten igen, öppnar den fack enligt det.
still-usable = { $automat } har varit frånkopplad sedan { $since }. Till { $until }, eller tills den är ansluten igen, kan den öppna fack enligt vad den känner till nu.

# Removing it

contract-remove-pin = Avtalets PIN-kod slutar gälla.
contract-remove-out = { $count ->
    [one] Nyckel { $keys } är hämtad med det här avtalet. När avtalet är borttaget kan nyckeln bara återlämnas med sin returkod, om den har en.
   *[other] Nycklarna { $keys } är hämtade med det här avtalet. När avtalet är borttaget kan var och en av dem bara återlämnas med sin returkod, om den har en.
}
contract-remove-force = { $count ->
    [one] Ta bort avtalet trots att nyckeln är hämtad
   *[other] Ta bort avtalet trots att nycklar är hämtade
}
label-force = Bekräftelse
contract-take-off-out = { $count ->
    [one] Nyckel { $keys } är hämtad med det här avtalet
   *[other] Nycklarna { $keys } är hämtade med det här avtalet
}
contract-take-off-force = Ta bort nycklar ur avtalet trots att de är hämtade
contract-take-off-hint = En nyckel som tas bort ur avtalet medan den är hämtad kan bara återlämnas med sin returkod, om den har en.
contract-remove-messages = När du tar bort avtalet skickas de här meddelandena:
contract-remove-nobody = Ingen får något meddelande.
contract-remove-stale = Avtalet har ändrats under tiden
contract-remove-stale-advice = Nedan ser du avtalet som det är nu. Kontrollera det innan du tar bort det.

# Listan över avtal

label-search = Sök
label-from = Börjar tidigast
label-to = Börjar senast
label-due = Nyckel ska återlämnas
contracts-search-hint = Början av ett namn, ett avtals-ID eller en e-postadress, eller de fyra sista siffrorna i ett telefonnummer.
contracts-narrow = Automat, nyckel och datum
contracts-show = Visa avtal
contracts-clear = Rensa urvalet
contracts-of-days = Avtal som börjar { $from } – { $to }:
contracts-none = Det finns inga sådana avtal. Ett nytt avtal syns i listan efter några sekunder.
contracts-no-more = Det finns inga fler avtal.
contracts-no-automat = Det finns ingen automat { $automat }
contracts-to-before-from = Den sista dagen får inte vara före den första.
contracts-too-many-days = Högst { $max } dagar.
table-download = Ladda ner som tabell (CSV)
table-too-many = Det finns fler än { $max } rader
table-too-many-advice = Välj färre med ett annat urval.

# Why the code did not work

code-title = Varför fungerade koden inte?
code-now = Nu
code-works = Fungerar
code-refused = Fungerar inte
code-fetches = PIN-koden öppnar fack { $locker } för hämtning: { $automat }.
code-returns = PIN-koden öppnar fack { $locker } för återlämning: { $automat }.
code-unreported = Automaten har inte rapporterat än om nyckeln är på plats.
code-now-unknown = Nyckeln håller på att tas bort.
code-now-too-early = Avtalet börjar { $start }.
code-now-ended = Avtalet slutade { $end }.
code-now-outside-schedule = Nyckeln kan hämtas { $hours }.
code-now-key-out = Nyckeln är hämtad.
code-now-held = { $person } har nyckeln.
code-now-key-inside = Nyckeln är på plats.
code-now-keypad-slow = Knappsatsen väntar.
code-now-late = Koden kommer fram för sent.
code-off-since = ingen anslutning sedan { $time }. Tills den är ansluten igen lämnar koder tillbaka nycklar men hämtar inga.
code-off = ingen anslutning. Tills den är ansluten igen lämnar koder tillbaka nycklar men hämtar inga.
code-off-lease-since = ingen anslutning sedan { $time }. Koder lämnar tillbaka nycklar. Till { $until } hämtar de också nycklar, om automaten kände till dem när anslutningen bröts.
code-off-lease = ingen anslutning. Koder lämnar tillbaka nycklar. Till { $until } hämtar de också nycklar, om automaten kände till dem när anslutningen bröts.
code-never-on = automaten har aldrig varit ansluten. Ingen kod fungerar förrän den är det.
code-waits = efter felaktiga koder kontrollerar knappsatsen nästa tidigast { $time }.
code-entries = Inmatningar:
code-entries-none = Denna PIN-kod har inte matats in på senaste tiden. Om någon matade in en kod var det en annan.
code-unknown = Okända PIN-koder
code-unknown-explained = Någon kan ha skrivit PIN-koden fel, eller innan knappsatsen var redo.
code-fix-open = Öppna fack { $locker }
code-fix-start = Ändra början
code-fix-hours = Ändra hämtningstiderna
code-fix-holder = Visa vem som har den
code-fix-pin = Visa eller byt PIN-koden
