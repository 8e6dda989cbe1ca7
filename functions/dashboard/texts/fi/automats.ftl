automats = Automaatit
