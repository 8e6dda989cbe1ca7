## Att lägga till, redigera och ta bort en nyckel

key-form-yes = Ja
key-form-no = Nej
key-form-new = Lägg till en nyckel
key-form-edit = Redigera
key-form-id = Nyckelns ID
key-form-id-hint = Det ändras aldrig, och ingen annan nyckel har det. Bokstäver, siffror, ”_”, ”.” och ”-”.
key-form-property = Objekt
key-form-property-hint = Vad nyckeln öppnar: en adress, ett registreringsnummer. Får vara tomt.
key-form-locker = Fack
key-form-shared = Delad
key-form-shared-hint = Avtal på en delad nyckel får överlappa i tid.
key-form-return-code = Returkod
key-form-return-code-hint = 4 siffror, eller inget. Efter * på knappsatsen lämnar den tillbaka nyckeln i dess tomma fack; den ger aldrig ut någon.
key-form-no-locker = Varje fack i automaten har en nyckel. Ta bort en först, eller ge automaten fler fack.
key-form-added = Nyckeln är tillagd, i fack { $locker }
key-form-added-next = Lägg nu in den: öppna facket, lägg nyckeln inne och stäng dörren.
key-form-back-to = Tillbaka till
key-form-first-contract = Gör dess första avtal
key-form-another = Lägg till en nyckel till
key-form-pairs = De här avtalen överlappar, så nyckeln kan inte bli en som inte är delad. Flytta eller ta bort ett av varje par först.
key-form-pair-and = och
key-remove = Ta bort
key-remove-contracts = { $count ->
    [0] Inget avtal löper eller är på väg. De som har slutat raderas med nyckeln.
    [one] { $count } avtal som löper eller är på väg försvinner med den, och dess kontaktpersoner får veta att det är inställt. De som har slutat raderas med nyckeln.
   *[other] { $count } avtal som löper eller är på väg försvinner med den, och deras kontaktpersoner får veta att de är inställda. De som har slutat raderas med nyckeln.
}
key-remove-codes = Från den stunden öppnar ingen av deras PIN-koder något, och inte heller returkoden.
key-remove-out = Nyckeln är inte i sitt fack: någon kan ha den. När den är borttagen här kan ingen lämna tillbaka den med en PIN-kod.
key-remove-force = Ta bort den fast nyckeln är ute
key-removing = Nyckeln tas bort
key-removing-explained = Den är redan ur sitt fack, och ingen av dess PIN-koder öppnar något. Dess avtal raderas ännu; det fortsätter av sig självt, och tills det är klart kan ingen annan nyckel ha detta ID.
key-removing-go-on = Se om det är klart
key-removing-to-the-automat = Till automaten
