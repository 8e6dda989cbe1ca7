automats = Automater
crumbs = Var den här sidan finns
automat-add = Lägg till automat
automats-none = Det finns ingen automat ännu
automats-none-admin = Lägg till den första: vad den heter och hur många fack den har. Lägg sedan nycklar i facken.
automats-none-others = En administratör lägger till automater. Be någon lägga till den första.
automats-no-more = Det finns inga fler automater.
first-page = Första sidan

connected = Ansluten
disconnected = Frånkopplad
never-connected = Har aldrig varit ansluten
disconnected-since = Sedan { $time }.
disconnected-means = Tills den är tillbaka öppnas inget fack: varken härifrån eller med en PIN-kod på knappsatsen. Du ser vad den senast berättade.

keys-in-and-out = { $keys ->
    [0] Inga nycklar
    [one] { $keys } nyckel, { $out } ute
   *[other] { $keys } nycklar, { $out } ute
}
alert-not-returned = { $count ->
    [one] { $count } nyckel inte återlämnad i tid
   *[other] { $count } nycklar inte återlämnade i tid
}
alert-doors-open = { $count ->
    [one] { $count } dörr öppen
   *[other] { $count } dörrar öppna
}

## Automatens vy

lockers = Fack
locker = Fack
locker-empty = Tomt
locker-stray = Oväntad nyckel
locker-add = Lägg till en nyckel
locker-add-which = Lägg till en nyckel i fack
locker-edit-which = Redigera
locker-open = Öppna
locker-open-which = Öppna fack
key-inside = Nyckeln inne
key-out = Nyckeln ute
key-overdue = Försenad
key-unknown = Okänt
key-missing = Inte i facket
door-open = Dörren öppen
contract-until = till { $time }
contract-was-due = skulle återlämnas { $time }
contract-permanent = tills vidare
events-link = Händelser
show-label = Vilka fack som visas
show-all = Alla
show-inside = Nyckeln inne
show-out = Nyckeln ute
show-unknown = Okänt
show-empty = Tomma
show-nothing = Inget fack är sådant.
show-all-again = Visa alla fack
filter-label = Sök en nyckel eller ett objekt här

## Vad en administratör gör

automat-new = Lägg till automat
automat-edit = Redigera
automat-remove = Ta bort
automat-id = Automatens ID
automat-id-hint = Det ändras aldrig, och automaten kallar sig själv så. Bokstäver från A till Z, siffror, ”_”, ”.” och ”-”.
automat-name = Namn
automat-name-hint = Vad folk kallar den, till exempel Entrén.
automat-lockers = Fack
automat-lockers-hint = Hur många de är, 1 till 500. De numreras från 0.
automat-time-zone = Tidszon
automat-time-zone-hint = Dess tider visas i den här zonen, till exempel Europe/Helsinki.
automat-time-zone-force = Byt tidszon och meddela kontaktpersonerna deras nya lokala tider
automat-pin-digits = Antal siffror i skapade PIN-koder
automat-pin-digits-hint = 4 till 9. Om fältet är tomt används 6, 7 om det finns fler än 50 fack och 8 om det finns fler än 200.
automat-min-chosen-pin-digits = Minsta antal siffror i en egen PIN-kod
automat-min-chosen-pin-digits-hint = 4 till 9. Om fältet är tomt gäller 4. Korta koder är lätta att gissa.
automat-location = Var den står (valfritt)
automat-address = Gata och nummer
automat-postal-code = Postnummer
automat-postal-office = Ort
automat-remove-explained = Den försvinner ur listan, och dess fack kan inte öppnas längre. Det som hänt vid den sparas sin tid.
automat-remove-holds-keys = { $count ->
    [one] Den har ännu { $count } nyckel. Ta bort nyckeln först: dess avtal försvinner med den, och kontaktpersonerna får veta det.
   *[other] Den har ännu { $count } nycklar. Ta bort dem först: deras avtal försvinner med dem, och kontaktpersonerna får veta det.
}
automat-remove-to-its-keys = Till dess nycklar
automat-reset = Återställ enheten i
automat-reset-when = Återställ när enheten har bytts ut, eller när händelserna visar att dess klocka gått fel och dess meddelanden fortfarande avvisas.
automat-reset-explained = Systemet glömmer hur långt enheten har räknat och litar på nästa meddelande från den. Nycklar, avtal och fackens läge förblir som de är. Anslutningens läge är okänt tills enheten ansluter igen.
automat-reset-send = Återställ enheten

## En redigering av något som någon annan har redigerat

stale = Det har ändrats under tiden
stale-advice = Inget sparades. Nedan står det du skrev. Spara igen för att sätta det i stället för den andras ändring, eller låt den vara.
stale-same = Någon annan har ändrat det till just det som du skrev. Det finns inget kvar att spara.
stale-field = Fält
stale-theirs = Nu, av någon annan
stale-yours = Vad du skrev
stale-discard = Låt den andras vara

## Sökning

search-hint = Början av ord i nyckelns ID eller objekt, till exempel: kök 12
search-found = Nycklar
search-locker = fack
search-nothing = Ingen nyckel hittades
search-nothing-advice = Nycklar hittas med början av ord i deras ID och objekt; varje ord måste börja ett av deras. Försök med färre eller kortare ord.
search-goes-on = Inget hittills, och det finns mer att söka igenom.
