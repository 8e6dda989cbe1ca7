### Tänään: mikä vaatii nyt huomiota ja mitä loppupäivä tuo. Termit: katso automats.ftl.

pages = Osiot
today = Tänään
contracts = Sopimukset
today-as-of = Tilanne { $time } ({ $zone }).
today-zones = Muut ajat ovat kunkin automaatin aikavyöhykkeellä.

today-overdue = Myöhässä
today-overdue-none = Yksikään avain ei ole myöhässä
today-overdue-all = Kaikki myöhässä olevat
today-due = Palautettava
today-no-number = Ei puhelinnumeroa
today-late-now = Palautettava nyt
today-late-minutes = { $count ->
    [one] { $count } minuutin myöhässä
   *[other] { $count } minuuttia myöhässä
}
today-late-hours = { $count ->
    [one] { $count } tunnin myöhässä
   *[other] { $count } tuntia myöhässä
}
today-late-days = { $count ->
    [one] { $count } päivän myöhässä
   *[other] { $count } päivää myöhässä
}

today-attention = Huomiota vaativat automaatit
today-attention-none = Mikään automaatti ei vaadi huomiota
today-never-connected = { $count ->
    [one] { $count } automaatti ei ole vielä ollut yhteydessä
   *[other] { $count } automaattia ei ole vielä ollut yhteydessä
}
today-automats-all = Kaikki automaatit

today-fetches = Noudetaan tänään
today-fetches-none = Tänään ei ala enää sopimuksia.
today-fetches-all = Kaikki tänään alkavat sopimukset
today-returns = Palautetaan tänään
today-returns-none = Tänään ei ole enää palautettavia avaimia.
today-returns-all = Kaikki tänään palautettavat avaimet
today-failing = PIN-koodit, jotka eivät toimi
today-failing-explained = Nämä sopimukset alkavat kahden tunnin kuluessa, eikä niiden automaatilla ole yhteyttä. Jonkun pitäisi avata lokero paikalla tai kertoa asiasta henkilölle.
today-alerts = Hälytykset
today-alerts-none = Ei hälytyksiä 24 tunnin aikana
today-alerts-all = Kaikki hälytykset
today-steps = Näin pääset alkuun
today-step-automat = Lisää automaatti
today-step-keys = Lisää avaimet sen lokeroihin
today-step-device = Yhdistä sen laite
today-step-contract = Valitse avain ja luo sopimus: henkilö saa PIN-koodin
today-step-done = tehty
today-step-device-how = Järjestelmän ylläpito antaa laitteelle varmenteen ja näppäimistöavaimen (ohje ”Automats”). Kun laite on yhteydessä, se ilmoittaa lokeronsa.
