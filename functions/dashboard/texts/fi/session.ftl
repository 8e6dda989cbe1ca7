sign-in-again = Kirjaudu uudelleen
sign-in-in-a-new-tab = Kirjaudu uudessa välilehdessä
send-again = Lähetä uudelleen

session-ended = Olet kirjautunut ulos
session-ended-advice = Mitään ei tehty. Kirjaudu uudessa välilehdessä, palaa tähän ja lähetä uudelleen: kirjoittamasi on tallella.

session-foreign = Tämä ei tullut hallintasivuilta
session-foreign-advice = Mitään ei tehty. Pyynnön lähetti toinen sivu, tai selain ei kerro, mikä. Siirry haluamallesi sivulle ja tee se siellä.

session-newcomer = Sinulla ei ole vielä roolia
session-newcomer-advice = Olet kirjautunut, mutta et saa nähdä mitään. Pyydä ylläpitäjältä katselijan, operaattorin tai ylläpitäjän rooli ja kirjaudu sitten ulos ja takaisin sisään.

session-denied = Et ole kirjautunut
session-denied-advice = Kirjautuminen keskeytyi.

session-lost = Et ole kirjautunut
session-lost-advice = Kirjautuminen kesti liian kauan tai se oli jo tehty. Jos tämä toistuu, tarkista, että selain säilyttää tämän sivun evästeet.

session-trouble = Emme tiedä, kuka olet
session-trouble-advice = Kirjautumispalvelu ei vastaa. Mitään ei tehty. Yritä hetken päästä uudelleen.
