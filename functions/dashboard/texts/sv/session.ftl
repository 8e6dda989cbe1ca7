### Inloggning, och begäranden som ingen av våra sidor skickade.

sign-in-again = Logga in igen
sign-in-in-a-new-tab = Logga in i en ny flik
send-again = Skicka igen

session-ended = Du är utloggad
session-ended-advice = Ingenting sparades. Logga in i en ny flik, kom tillbaka hit och skicka formuläret igen. Det du skrev finns kvar.

session-foreign = Begäran kom inte från de här sidorna
session-foreign-advice = Ingenting har gjorts. En annan webbplats skickade den, eller så uppgav webbläsaren inte varifrån den kom. Gå till sidan du behöver och försök igen där.

session-newcomer = Du har ingen roll ännu
session-newcomer-advice = Du är inloggad men ser ingenting ännu. Be en administratör göra dig till läsare, operatör eller administratör, och logga sedan ut och in igen.

session-denied = Du är inte inloggad
session-denied-advice = Inloggningen avbröts.

session-lost = Du är inte inloggad
session-lost-advice = Inloggningen tog för lång tid eller var redan klar. Om det händer igen, kontrollera att webbläsaren tillåter kakor från den här webbplatsen.

session-unavailable = Det gick inte att logga in
session-unavailable-advice = Inloggningstjänsten svarar inte. Ingenting har gjorts. Försök igen om en stund.
