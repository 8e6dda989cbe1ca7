### Idag: vad som kräver uppmärksamhet nu och vad resten av dagen bjuder på. Termer: se automats.ftl.

pages = Avdelningar
today = Idag
contracts = Avtal
today-as-of = Läget { $time } ({ $zone }).
today-zones = Övriga tider anges i respektive automats tidszon.

today-overdue = Försenade
today-overdue-none = Ingen nyckel är försenad
today-overdue-all = Alla försenade avtal
today-due = Skulle återlämnas
today-no-number = Inget telefonnummer
today-late-now = Ska återlämnas nu
today-late-minutes = { $count ->
    [one] { $count } minut försenad
   *[other] { $count } minuter försenad
}
today-late-hours = { $count ->
    [one] { $count } timme försenad
   *[other] { $count } timmar försenad
}
today-late-days = { $count ->
    [one] { $count } dag försenad
   *[other] { $count } dagar försenad
}

today-attention = Automater som behöver tillsyn
today-attention-none = Ingen automat behöver tillsyn
today-never-connected = { $count ->
    [one] { $count } automat har aldrig varit ansluten
   *[other] { $count } automater har aldrig varit anslutna
}
today-automats-all = Alla automater

today-fetches = Hämtas idag
today-fetches-none = Inga fler avtal börjar idag.
today-fetches-all = Alla avtal som börjar idag
today-returns = Återlämnas idag
today-returns-none = Inga fler nycklar ska återlämnas idag.
today-returns-all = Alla nycklar som ska återlämnas idag
today-failing = PIN-koder som inte kommer att fungera
today-failing-explained = Dessa avtal börjar inom två timmar, och deras automat är frånkopplad. Någon bör öppna facket på plats eller meddela personen.
today-alerts = Larm
today-alerts-none = Inga larm det senaste dygnet
today-alerts-all = Alla larm
today-steps = Kom igång
today-step-automat = Lägg till en automat
today-step-keys = Lägg till nycklar i dess fack
today-step-device = Anslut dess enhet
today-step-contract = Välj en nyckel och skapa ett avtal: personen får en PIN-kod
today-step-done = klart
today-step-device-how = Den som driver systemet ger enheten dess certifikat och knappsatsnyckel (körboken ”Automats”). När den är ansluten rapporterar den sina fack.
