automats = Automats
