sign-in-again = Logga in igen
sign-in-in-a-new-tab = Logga in i en ny flik
send-again = Skicka igen

session-ended = Du är utloggad
session-ended-advice = Ingenting har gjorts. Logga in i en ny flik, kom tillbaka hit och skicka igen: det du skrev finns kvar.

session-foreign = Detta kom inte från sidorna här
session-foreign-advice = Ingenting har gjorts. En annan sida skickade det, eller så säger webbläsaren inte vilken. Gå till sidan du vill till och gör det där.

session-newcomer = Du har ingen roll ännu
session-newcomer-advice = Du är inloggad men får inte se något. Be en administratör göra dig till läsare, operatör eller administratör, och logga sedan ut och in igen.

session-denied = Du är inte inloggad
session-denied-advice = Inloggningen avbröts.

session-lost = Du är inte inloggad
session-lost-advice = Inloggningen tog för lång tid eller var redan klar. Om det händer igen, se till att webbläsaren sparar den här sidans kakor.

session-trouble = Vi vet inte vem du är
session-trouble-advice = Inloggningen svarar inte. Ingenting har gjorts. Försök igen om en stund.
