### Automater, fack och sökning.
###
### Termer på sidorna, en för varje sak:
### key automat: automat, i meddelanden nyckelautomat · device: enhet · locker: fack · door: dörr · keypad: knappsats · key:
### nyckel · property: objekt · contract: avtal, i meddelanden bokning · permanent: tills vidare · active: pågår · upcoming:
### kommande · ended: avslutat · overdue: försenad · inside: på plats · out: hämtad · fetch: hämta · return: återlämna, och
### "lämna tillbaka" där någon ombeds göra det · shared: delad · PIN: PIN-kod · return code: returkod · contact:
### kontaktperson · note: anteckning · create: skapa · edit: ändra · end: avsluta · cancel: annullera · remove: ta
### bort · message: meddelande · failed: misslyckades · opening: öppning · request: begäran · event: händelse ·
### state: status · connected: ansluten · disconnected: frånkopplad · admin: administratör · operator: operatör · viewer:
### läsare · taken: upptagen · partly free: delvis ledig

automats = Automater
crumbs = Länkstig
automat-add = Lägg till automat
automats-none = Det finns ingen automat ännu
automats-none-admin = Lägg till den första automaten: ange namn och antal fack. Lägg sedan till nycklar i facken.
automats-none-others = Administratörer lägger till automater. Be någon av dem lägga till den första.
automats-no-more = Det finns inga fler automater.
first-page = Första sidan

connected = Ansluten
disconnected = Frånkopplad
never-connected = Aldrig ansluten
disconnected-since = Sedan { $time }.
disconnected-means = Inget fack kan öppnas härifrån förrän automaten är ansluten igen. Du ser läget som automaten senast rapporterade.
disconnected-lease = Vid automaten kan nycklar lämnas tillbaka. Till { $time } kan de också hämtas med de PIN-koder som automaten kände till när anslutningen bröts. Det gäller även koder till avtal som har tagits bort sedan dess.
disconnected-no-lease = Vid automaten kan nycklar lämnas tillbaka men inte hämtas.

keys-in-and-out = { $keys ->
    [0] Inga nycklar
    [one] { $keys } nyckel, hämtade: { $out }
   *[other] { $keys } nycklar, hämtade: { $out }
}
alert-not-returned = { $count ->
    [one] { $count } nyckel försenad
   *[other] { $count } nycklar försenade
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
locker-edit-which = Ändra nyckel
locker-open = Öppna
locker-open-which = Öppna fack
key-inside = Nyckeln på plats
key-out = Nyckeln hämtad
key-overdue = Försenad
key-unknown = Okänt
key-missing = Inte i facket
door-open = Dörren öppen
contract-until = till { $time }
contract-was-due = skulle återlämnas { $time }
contract-permanent = tills vidare
events-link = Händelser
show-label = Visa fack
show-all = Alla
show-inside = Nyckeln på plats
show-out = Nyckeln hämtad
show-unknown = Okänt
show-empty = Tomma
show-nothing = Det finns inga sådana fack.
show-all-again = Visa alla fack
filter-label = Sök nyckel eller objekt i automaten

## Vad en administratör gör

automat-new = Lägg till automat
automat-edit = Ändra automaten
automat-remove = Ta bort automaten
label-automatId = Automatens ID
automat-id-hint = Kan inte ändras senare. Enheten identifierar sig med det. Bokstäver A–Z, siffror, ”_”, ”.” och ”-”.
label-name = Namn
automat-name-hint = Namnet som automaten är känd under, till exempel Entrén.
label-lockerCount = Antal fack
automat-lockers-hint = 1–500.
label-timeZone = Tidszon
automat-time-zone-hint = Automatens tider visas i den här tidszonen.
automat-time-zone-choose = Välj en tidszon
automat-time-zone-force = Byt tidszon och meddela kontaktpersonerna deras nya lokala tider
label-pinDigits = Antal siffror i slumpade PIN-koder
automat-pin-digits-hint = 4–9. Om fältet är tomt används 6 siffror, 7 vid fler än 50 fack och 8 vid fler än 200.
label-minChosenPinDigits = Minsta antal siffror i en egen PIN-kod
automat-min-chosen-pin-digits-hint = 4–9. Om fältet är tomt gäller 4. Korta koder är lätta att gissa.
label-leaseHours = Timmar då nycklar kan hämtas utan anslutning
automat-lease-hours-hint = 0–168. Om fältet är tomt gäller 24. Ett avtal som du tar bort medan automaten är frånkopplad kan användas så länge. Med 0 kan nycklar bara återlämnas.
automat-location = Plats (valfritt)
label-location-address = Gatuadress
label-location-postalCode = Postnummer
label-location-postalOffice = Ort
automat-remove-explained = Automaten försvinner ur listan, och dess fack kan inte längre öppnas. Händelserna sparas lagringstiden ut.
automat-remove-holds-keys = { $count ->
    [one] Den har fortfarande { $count } nyckel. Ta först bort nyckeln: dess avtal tas bort samtidigt, och kontaktpersonerna får meddelande.
   *[other] Den har fortfarande { $count } nycklar. Ta först bort nycklarna: deras avtal tas bort samtidigt, och kontaktpersonerna får meddelande.
}
automat-remove-to-its-keys = Visa nycklarna
automat-reset = Återställ enheten i
automat-reset-when = Återställ enheten när den har bytts ut, eller när dess klocka enligt händelserna har gått fel och dess meddelanden fortfarande avvisas.
automat-reset-explained = Systemet glömmer numreringen av enhetens meddelanden och godtar nästa meddelande från den. Nycklar, avtal och fackens status påverkas inte. Anslutningens status är okänd tills enheten ansluter igen.
automat-reset-send = Återställ enheten

## En ändring av något som någon annan har ändrat

stale = Uppgifterna har ändrats under tiden
stale-advice = Ingenting sparades. Nedan ser du det du skrev. Spara igen för att ersätta den andras ändring, eller behåll den.
stale-same = Någon annan har redan gjort samma ändring. Det finns ingenting att spara.
stale-field = Fält
stale-theirs = Nu, ändrat av någon annan
stale-yours = Det du skrev
stale-discard = Behåll den andras ändring

## Sökning

search-hint = Början av ord: nyckelns ID eller objekt, personens eller kontaktpersonens namn, avtals-ID eller en e-postadress. Eller de fyra sista siffrorna i ett telefonnummer. Till exempel: kök 12
search-keys = Nycklar
search-contracts = Avtal
search-locker = fack
search-nothing = Inga träffar
search-nothing-advice = Varje sökord jämförs med början av ord. Försök med färre eller kortare ord. Ett nytt avtal går att hitta efter några sekunder.
search-more = Inga träffar hittills, men allt är inte genomsökt än.
search-more-keys = Fler nycklar
search-more-contracts = Fler avtal

automat-done-added = Automaten är tillagd.
automat-done-changed = Automaten är ändrad.
automat-done-reset = Enheten är återställd.
automat-done-key-removed = Nyckeln är borttagen.
automat-done-reminded = { contract-done-reminded }
automat-done-not-reminded = { contract-done-not-reminded }
automats-done-removed = Automaten är borttagen.

## Skåpet och dess panel

show-overdue = Försenad
show-missing = Inte i facket
show-stray = Oväntad nyckel
show-door-open = Dörren öppen
view-label = Visa som
view-cabinet = Skåp
view-list = Lista
view-contract = Avtal
panel-hint = Välj ett fack för att se nyckeln, vem som har den, vad som kommer härnäst och vad du kan göra.
panel-close = Stäng
panel-holder = Vem har den
panel-holder-removed = Någon vars avtal har tagits bort
panel-since = Hämtad
panel-next = Nästa avtal
panel-next-none = Inget
panel-next-not-read = Se nyckelns sida
panel-next-at-risk = Nyckeln är kanske inte tillbaka
panel-move = Flytta
panel-more = Mer information och händelser
automat-layout = Skåpet (frivilligt)
label-layout-columns = Antal kolumner
automat-columns-hint = 1 till 50, som skåpet är byggt. Lämna tomt för att visa så många som ryms på skärmen.
label-layout-numberedDown = Dörrarna är numrerade nedåt i varje kolumn
automat-numbered-down-hint = Annars är de numrerade längs varje rad.
label-layout-firstNumber = Numret på första dörren
automat-first-number-hint = 0 till 9500. Sidorna visar varje fack med numret på dess dörr.

## Automatens skick, som dess enhet rapporterar det

condition = Skick
condition-as-of = Läget { $time } ({ $zone })
condition-none = Enheten har inte rapporterat sitt skick.
condition-unknown = Inte rapporterat
condition-mains = Ström
condition-mains-on = Elnätet
condition-mains-off = Batteri
condition-battery = Batteriets laddning
condition-percent = { $percent } %
condition-cover = Lucka
condition-cover-open = Öppen
condition-cover-closed = Stängd
condition-movement = Rörelse
condition-moved = Flyttas
condition-still = Står stilla
condition-temperature = Temperatur inuti
condition-degrees = { $degrees } °C
condition-firmware = Programversion
condition-clock = Klocka
condition-clock-cloud = Ställd av systemet
condition-clock-counter = Inte ställd på över ett dygn
condition-clock-none = Vet inte tiden
condition-journal = Logg
condition-lines = { $lines } av { $room } rader
concern-cover-open = Luckan öppen
concern-moved = Flyttas
concern-on-battery = Går på batteri
concern-battery-low = Svagt batteri
concern-too-hot = För varm
concern-too-cold = För kall
concern-journal-nearly-full = Loggen nästan full
concern-clock-unknown = Vet inte tiden
