### Kirjautuminen ja pyynnöt, joita mikään sivumme ei lähettänyt.

sign-in-again = Kirjaudu uudelleen
sign-in-in-a-new-tab = Kirjaudu uudessa välilehdessä
send-again = Lähetä uudelleen

session-ended = Olet kirjautunut ulos
session-ended-advice = Mitään ei tallennettu. Kirjaudu uudessa välilehdessä, palaa tähän ja lähetä lomake uudelleen. Kirjoittamasi on tallella.

session-foreign = Tämä ei tullut hallintasivuilta
session-foreign-advice = Mitään ei tehty. Pyynnön lähetti toinen sivusto, tai selain ei kertonut, mistä se tuli. Siirry tarvitsemallesi sivulle ja yritä siellä uudelleen.

session-newcomer = Sinulla ei ole vielä roolia
session-newcomer-advice = Olet kirjautunut sisään, mutta et näe vielä mitään. Pyydä ylläpitäjältä katselijan, operaattorin tai ylläpitäjän rooli ja kirjaudu sitten ulos ja takaisin sisään.

session-denied = Et ole kirjautunut
session-denied-advice = Kirjautuminen keskeytyi.

session-lost = Et ole kirjautunut
session-lost-advice = Kirjautuminen kesti liian kauan tai se oli jo tehty. Jos tämä toistuu, tarkista, että selain säilyttää tämän sivun evästeet.

session-unavailable = Kirjautuminen ei onnistunut
session-unavailable-advice = Kirjautumispalvelu ei vastaa. Mitään ei tehty. Yritä hetken päästä uudelleen.
