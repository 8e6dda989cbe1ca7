### Händelser. Ingen text får innehålla en PIN-kod, en returkod eller en adress. Termer: automats.ftl.

events-label = Händelser, den senaste först
events-none = Ingenting har hänt ännu. Här listas vad användarna och automaten gör.
events-no-more = Det finns inga äldre händelser.
events-older = Äldre händelser
events-opening = Öppning
# What an automat did while it had no connection, and when: it reported it afterwards.
events-offline = Ingen anslutning
events-offline-at = hände { $at }
events-offline-between = hände mellan { $from } och { $to }
events-offline-after = hände tidigast { $from }
events-after-removal = Efter att avtalet togs bort

actor-you = du
actor-automat = automaten
actor-user = användare { $name }
actor-client = system { $name }

event-automat-added = Automaten lades till
event-automat-changed = Automaten ändrades
event-automat-removed = Automaten togs bort
event-key-added = Nyckeln lades till i fack { $locker }
event-key-changed = Nyckeln ändrades: { $fields }
event-key-removed = { $count ->
    [0] Nyckeln togs bort
    [one] Nyckeln togs bort, och { $count } avtal med den
   *[other] Nyckeln togs bort, och { $count } avtal med den
}
event-contract-created = Ett avtal skapades: { $range }
event-contract-changed = Avtalet ändrades: { $fields }. Gäller nu: { $range }
event-contract-ended = Avtalet avslutades i förtid: { $range }
event-contract-removed = Avtalet togs bort
event-contract-armed = Automaten känner till avtalet: PIN-koden fungerar där även utan anslutning
event-pin-revealed = Avtalets PIN-kod visades
event-personal-data-exported = En persons uppgifter exporterades, även det här avtalet
event-personal-data-erased = En persons uppgifter raderades ur avtalet
event-opening-requested = Öppning av fack { $locker } begärdes
event-opening-finished-opened = Fack { $locker } öppnades på distans
event-opening-finished-refused = Automaten avvisade begäran att öppna fack { $locker }
event-opening-finished-not-sent = Begäran att öppna fack { $locker } kom inte fram till automaten
event-opening-finished-failed = Öppningen av fack { $locker } misslyckades: automaten försökte, men vet inte om facket öppnades
event-opening-finished-expired = Begäran att öppna fack { $locker } kom fram till automaten för sent
event-key-fetched = Nyckeln togs ut ur fack { $locker }
event-key-returned = Nyckeln lades tillbaka i fack { $locker }
event-key-not-returned = Avtalet har avslutats, men nyckeln är inte återlämnad
event-pin-accepted-fetch = Fack { $locker } öppnades med en PIN-kod för att hämta nyckeln
event-pin-accepted-return = Fack { $locker } öppnades med en PIN-kod för att återlämna nyckeln
event-return-code-accepted = Fack { $locker } öppnades med returkoden
event-entry-refused-pin = En PIN-kod öppnade ingenting: { $reason }
event-entry-refused-returnCode = En returkod öppnade ingenting: { $reason }
event-keypad-guessing-hour = { $count } felaktiga koder på knappsatsen inom en timme. Någon kanske försöker gissa koder
event-keypad-guessing-day = { $count } felaktiga koder på knappsatsen inom ett dygn. Någon kanske försöker gissa koder
event-automat-connected = Automaten anslöt
event-automat-disconnected = Automaten kopplades från
event-automat-reset = Automaten återställdes: dess enhet börjar om från början
event-automat-clock-wrong = Enhetens klocka går fel: ett meddelande daterat i framtiden avvisades
event-automat-message-not-understood = Enheten skickade något som systemet inte känner till; resten av meddelandet användes
event-automat-duplicate-client = En andra anslutning med automatens certifikat avbröt den första. Efter ett nätverksavbrott är det normalt; om det upprepas har två enheter samma certifikat
event-locker-forced = Fack { $locker } öppnades, eller nyckeln togs ut, utan begärd öppning eller kod
event-key-unexpected = En nyckel lades i fack { $locker }, där ingen nyckel hör hemma
event-door-left-open = Dörren till fack { $locker } har stått öppen i 5 minuter
event-opening-unexpected = Enheten rapporterade en öppning av fack { $locker } som ingen hade begärt
event-automat-mains-lost = Automaten blev strömlös och går på batteri
event-automat-mains-restored = Automaten har nätström igen
event-automat-battery-low = Automatens batteri är svagt: { $percent } %
event-automat-cover-opened = Luckan över automatens elektronik öppnades
event-automat-moved = Automaten flyttas, skakas eller lutas
event-automat-temperature-hot = Automaten är för varm: { $degrees } °C inuti, över { $limit } °C
event-automat-temperature-cold = Automaten är för kall: { $degrees } °C inuti, under { $limit } °C
event-automat-firmware-changed = Enhetens programversion ändrades från { $from } till { $to }
event-automat-journal-nearly-full = Enhetens logg är nästan full: { $lines } av { $room } rader. En full logg får med mindre av det som händer utan anslutning

entry-unknown = koden hör inte till något avtal eller någon nyckel
entry-too-early = avtalet hade inte börjat
entry-ended = avtalet hade avslutats
entry-outside-schedule = det var utanför hämtningstiderna
entry-key-out = nyckeln var redan hämtad
entry-key-inside = nyckeln var redan på plats
entry-keypad-slow = för tidigt efter felaktiga koder, så koden kontrollerades inte
entry-late = koden kom för sent

changed-lockerIndex = fack
changed-shared = delning
changed-returnCode = returkod
changed-property = objekt
changed-keyIds = nycklar
changed-person = person
changed-start = starttid
changed-end = sluttid
changed-pin = PIN-kod
changed-schedule = hämtningstider
changed-contacts = kontaktpersoner
changed-freeText = anteckning

# The page of all that happened

activity = Händelser
activity-person-hint = De första bokstäverna i namnet på en användare eller på ett avtals person.
activity-show = Visa händelser
activity-from = Från
activity-to = Till
activity-kind = Slag
activity-movements = Hämtat och lämnat
activity-contracts = Avtal
activity-openings = Fjärröppningar
activity-keypad = Knappsats
activity-alerts = Larm och anslutningar
activity-setup = Automater och nycklar
activity-what = Vad som hände
activity-who = Vem
activity-none = Inget sådant har hänt.
activity-days-in = Dagarna är i tidszonen
