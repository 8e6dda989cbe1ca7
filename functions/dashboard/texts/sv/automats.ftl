automats = Automater
