### Vad som har hänt.

events = Händelser
events-label = Händelser, den senaste först
events-none = Ingenting har hänt ännu. Här står vad människor och automaten gör.
events-no-more = Det finns inga äldre händelser.
events-older = Äldre händelser
events-newest = De senaste händelserna
events-zone = Tiderna anges i automatens tidszon:
events-opening = Öppning

actor-you = du
actor-automat = automaten
actor-person = person { $name }
actor-machine = program { $name }

event-automat-added = Automaten lades till
event-automat-changed = Automaten redigerades
event-automat-removed = Automaten togs bort
event-key-added = Nyckeln lades till i fack { $locker }
event-key-changed = Nyckeln redigerades: { $fields }
event-key-removed = { $count ->
    [0] Nyckeln togs bort
    [one] Nyckeln togs bort, och { $count } avtal med den
   *[other] Nyckeln togs bort, och { $count } avtal med den
}
event-contract-created = Ett avtal gjordes: { $range }
event-contract-changed = Avtalet redigerades: { $fields }. Det är nu: { $range }
event-contract-ended = Avtalet avslutades i förtid: { $range }
event-contract-removed = Avtalet togs bort
event-pin-revealed = Någon såg avtalets PIN-kod
event-personal-data-exported = Uppgifterna om en person lämnades ut, det här avtalet inräknat
event-personal-data-erased = Uppgifterna om en person togs bort ur avtalet
event-opening-requested = Öppning av fack { $locker } begärdes
event-opening-finished-opened = Fack { $locker } öppnades på distans
event-opening-finished-refused = Automaten vägrade öppna fack { $locker }
event-opening-finished-not-sent = Begäran att öppna fack { $locker } kom inte fram till automaten
event-opening-finished-failed = Fack { $locker } kunde inte öppnas: automaten försökte och vet inte om det gick upp
event-opening-finished-expired = Begäran att öppna fack { $locker } kom fram till automaten för sent
event-key-fetched = Nyckeln togs ut ur fack { $locker }
event-key-returned = Nyckeln lades tillbaka i fack { $locker }
event-key-not-returned = Avtalet är slut, och nyckeln är inte tillbaka
event-pin-accepted-fetch = Fack { $locker } öppnades med en PIN-kod för att hämta nyckeln
event-pin-accepted-return = Fack { $locker } öppnades med en PIN-kod för att lämna tillbaka nyckeln
event-return-code-accepted = Fack { $locker } öppnades med returkoden
event-entry-refused-pin = En PIN-kod öppnade ingenting: { $reason }
event-entry-refused-returnCode = En returkod öppnade ingenting: { $reason }
event-keypad-guessing-hour = { $count } felaktiga koder på knappsatsen inom en timme – någon kanske försöker gissa koder
event-keypad-guessing-day = { $count } felaktiga koder på knappsatsen inom ett dygn – någon kanske försöker gissa koder
event-automat-connected = Automaten fick förbindelse
event-automat-disconnected = Automaten förlorade förbindelsen
event-automat-reset = Automaten återställdes: dess enhet börjar om från början
event-automat-clock-wrong = Enhetens klocka går fel: ett meddelande daterat i framtiden avvisades
event-automat-message-not-understood = Enheten skickade något som systemet inte känner till; resten av meddelandet användes
event-automat-duplicate-client = En andra anslutning med automatens certifikat avbröt den första. Efter ett nätverksavbrott är det normalt; om det upprepas har två enheter samma certifikat
event-locker-forced = Fack { $locker } öppnades, eller nyckeln togs ut, utan fjärröppning eller kod
event-key-unexpected = En nyckel lades i fack { $locker }, där ingen nyckel hör hemma
event-door-left-open = Dörren till fack { $locker } har stått öppen i 5 minuter
event-opening-unexpected = Enheten rapporterade en öppning av fack { $locker } som ingen hade begärt

entry-unknown = inget avtal och ingen nyckel har den
entry-too-early = avtalet hade inte börjat
entry-ended = avtalet var slut
entry-key-out = nyckeln var ute
entry-key-inside = nyckeln var inne
entry-keypad-slow = för tidigt efter felaktiga koder, så koden kontrollerades inte
entry-late = den kom för sent

changed-lockerIndex = fack
changed-shared = delning
changed-returnCode = returkod
changed-property = objekt
changed-person = person
changed-start = början
changed-end = slut
changed-pin = PIN-kod
changed-contacts = kontaktpersoner
changed-freeText = meddelande
