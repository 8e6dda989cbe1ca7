### Vad som inte går: för varje problem vad som hände och, där det hjälper, vad man kan göra.

# Begäranden som ingen av våra sidor skickar

refused-malformed-json = Begäran kunde inte läsas
refused-malformed-json-advice = Gå tillbaka, ladda om sidan och försök igen.
refused-malformed-csv = Filen kunde inte läsas
refused-malformed-csv-advice = Skicka en tabell med en rubrikrad, som Excel sparar den i CSV-format.
refused-invalid-request = Några fält är felaktiga
refused-invalid-request-advice = Gå tillbaka och kontrollera fälten.
refused-body-too-large = Formuläret är för stort
refused-body-too-large-advice = Gå tillbaka och korta den längsta texten.
refused-unsupported-media-type = Begäran kunde inte läsas
refused-unsupported-media-type-advice = Gå tillbaka, ladda om sidan och försök igen.
refused-invalid-query = Adressen innehåller okända parametrar
refused-invalid-query-advice = Ta bort det som följer efter frågetecknet i adressen, eller börja från automaterna.
refused-invalid-cursor = Den här delen av listan finns inte längre
refused-invalid-cursor-advice = Börja från listans början.
refused-invalid-header = Begäran kunde inte läsas
refused-invalid-header-advice = Ladda om sidan och försök igen.

# Vem som får

refused-unauthenticated = Du är inte inloggad
refused-unauthenticated-advice = Ingenting gjordes. Logga in och försök igen.
refused-forbidden = { $role ->
    [admin] Detta är för administratörer
    [operator] Detta är för operatörer och administratörer
   *[viewer] Du har ingen roll ännu
}
refused-forbidden-advice = { $role ->
    [admin] Ingenting gjordes. Din roll omfattar inte detta. Be en administratör göra det, eller ge dig rollen administratör.
    [operator] Ingenting gjordes. Din roll omfattar inte detta. Be en operatör göra det, eller en administratör ge dig rollen operatör.
   *[viewer] Du är inloggad men har ännu inga behörigheter. Be en administratör i din organisation om en roll och logga sedan ut och in igen.
}

# Vad som inte finns

refused-route-not-found = Sidan finns inte
refused-route-not-found-advice = Adressen kan vara felskriven eller ofullständig. Börja från automaterna eller sök efter en nyckel.
refused-method-not-allowed = Sidan kan inte användas så här
refused-method-not-allowed-advice = Börja från automaterna och försök igen.
refused-automat-not-found = Automaten finns inte
refused-automat-not-found-advice = Den kan ha tagits bort, eller så är adressen felskriven: stora och små bokstäver är olika tecken. Listan över automater har alla som finns.
refused-key-not-found = Nyckeln finns inte
refused-key-not-found-advice = Den kan ha tagits bort, eller så är adressen felskriven: stora och små bokstäver är olika tecken. Sök efter början av nyckelns ID eller objekt.
refused-contract-not-found = Det finns inget sådant avtal
refused-contract-not-found-advice = Det kan ha tagits bort. En nyckels sida visar alla dess avtal; de som avslutades för länge sedan är raderade.
refused-locker-not-found = Automaten har inget sådant fack
refused-locker-not-found-advice = { $lockerCount ->
    [0] Automatens sida visar dess fack.
    [one] Den har ett fack.
   *[other] Den har { $lockerCount } fack.
}
refused-opening-not-found = Öppningen finns inte
refused-opening-not-found-advice = Gamla öppningar raderas. Automatens händelser visar resultatet.
refused-message-not-found = Meddelandet finns inte
refused-message-not-found-advice = Avtalets sida visar dess meddelanden.

# Vad som redan finns

refused-automat-exists = Automatens ID används redan
refused-automat-exists-advice = Välj ett annat ID.
refused-key-exists = Nyckelns ID används redan
refused-key-exists-advice = Välj ett annat ID. Om en nyckel med samma ID just togs bort, vänta ett ögonblick.
refused-contract-exists = Det finns redan ett avtal med detta ID
refused-contract-exists-advice = Välj ett annat ID, eller lämna fältet tomt så skapas ett.

# Vad som är i vägen

refused-locker-index-too-big = { $lockerCount ->
    [0] Automaten har inget sådant fack
    [one] Automaten har bara ett fack
   *[other] Automaten har bara { $lockerCount } fack
}
refused-locker-index-too-big-advice = Välj ett lägre nummer.
refused-locker-occupied = Facket har redan en nyckel
refused-locker-occupied-advice = Välj ett tomt fack.
refused-no-free-locker = Alla automatens fack har en nyckel
refused-no-free-locker-advice = Ta först bort en nyckel, eller välj en annan automat.
refused-lockers-in-use = Ett fack som skulle försvinna har en nyckel: automaten behöver minst { $lockersNeeded } fack
refused-lockers-in-use-advice = Flytta först nyckeln till ett annat fack, eller ta bort den.
refused-automat-holds-keys = { $keyCount ->
    [one] Automaten har fortfarande en nyckel
   *[other] Automaten har fortfarande { $keyCount } nycklar
}
refused-automat-holds-keys-advice = Ta först bort dess nycklar.
refused-automat-has-contracts = { $contractCount ->
    [one] Ett avtal vid automaten har inte avslutats än
   *[other] { $contractCount } avtal vid automaten har inte avslutats än
}
refused-automat-has-contracts-advice = Kontaktpersonerna har fått tider i den gamla tidszonen. Kryssa i rutan för att byta tidszon och meddela dem de nya lokala tiderna.
refused-return-code-in-use = En annan av automatens nycklar har den här returkoden
refused-return-code-in-use-advice = Välj en annan returkod.
refused-contracts-overlap = Nyckelns avtal överlappar varandra, så den måste förbli delad
refused-contracts-overlap-advice = Flytta eller ta först bort ett avtal i varje par.
refused-not-started = Avtalet har inte börjat än
refused-not-started-advice = Ändra det eller ta bort det i stället.
refused-key-out = Nyckeln är hämtad
refused-key-out-advice = Någon har den. Vänta tills den är återlämnad, eller bekräfta att du vill ta bort nyckeln ändå.
refused-holder-has-key = Nyckeln är redan hämtad med det här avtalet
refused-holder-has-key-advice = Avtalet kan inte börja i framtiden. Avsluta det nu och skapa ett nytt, eller vänta tills nyckeln är återlämnad.
refused-key-being-removed = Nyckeln håller på att tas bort
refused-key-being-removed-advice = Den är borta om ett ögonblick.
refused-contract-overlap = Nyckeln är upptagen då
refused-contract-overlap-advice = Välj en annan tid.
refused-too-many-contracts = Nyckeln har redan så många avtal som den kan ha
refused-too-many-contracts-advice = Ta bort avtal som inte behövs, eller vänta tills något har avslutats.
refused-pin-in-use = Ett annat avtal vid automaten har den här PIN-koden
refused-pin-in-use-advice = Välj en annan, eller lämna fältet tomt för att få en ledig.
refused-locker-busy = Facket håller redan på att öppnas
refused-locker-busy-advice = Ingen ny öppning begärdes. Följ den pågående öppningen; försök igen när den är avslutad.
refused-still-usable = En frånkopplad automat kan fortfarande godta det
refused-still-usable-advice = Ingenting ändrades. Automaten öppnar fack enligt vad den känner till tills den är ansluten igen, eller tills dess tid för det går ut.
refused-automat-offline = Automaten är inte ansluten
refused-automat-offline-advice = Ingenting öppnades: automaten kan inte ta emot någon begäran. Du kan skicka begäran ändå: om automaten ansluter igen inom 20 sekunder öppnas facket.
refused-message-under-way = Meddelandet skickas redan
refused-message-under-way-advice = Titta igen om ett ögonblick.
refused-message-outdated = Meddelandet stämmer inte längre
refused-message-outdated-advice = Avtalet har ändrats sedan dess. Skicka ett senare meddelande i stället.
refused-stale-version = Uppgifterna har ändrats under tiden
refused-stale-version-advice = Ingenting sparades. Kontrollera de nuvarande uppgifterna och försök igen.
refused-idempotency-key-reused = Formuläret har redan skickats med annat innehåll
refused-idempotency-key-reused-advice = Det som skickades först kan ha sparats. Kontrollera läget innan du skickar formuläret igen.
refused-idempotency-outdated = Formuläret har redan skickats, och läget har ändrats sedan dess
refused-idempotency-outdated-advice = Det första resultatet stämmer inte längre. Kontrollera hur det är nu och skicka formuläret igen om det fortfarande behövs.

# Vad som är fel hos oss

refused-automat-busy = För många av automatens fack öppnas samtidigt
refused-automat-busy-advice = Ingenting öppnades. Försök igen när några av öppningarna är avslutade: det tar högst 20 sekunder.
refused-busy = Andra ändrar samma uppgifter
refused-busy-advice = Ingenting sparades. Försök igen.
refused-internal = Något gick fel hos oss
refused-internal-advice = Kontrollera om ändringen sparades. Försök annars igen om ett ögonblick.
