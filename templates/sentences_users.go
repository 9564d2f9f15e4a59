package templates

var userSentences = map[string]string{
	"user.email.bad":      "Enter one e-mail address, like ada@example.org.",
	"user.hash.bad":       "This hash cannot be used: the password hash is not Argon2id, bcrypt or PBKDF2-SHA256 with sensible parameters.",
	"user.password.twice": "Give a password or a hash from another system, not both.",
	"user.role.bad":       "A role is a short name on one line, of at most {max} characters.",
	"user.roles.many":     "A person can have at most {max} roles.",
	"user.subject.bad":    "The subject has to be {min} to {max} letters, digits and the characters - . _",

	"invitation.life.long": "An invitation lasts at most 90 days.",

	"profile.birthdate.bad": "Enter a date like 1815-12-10, a year like 1815, or 0000-12-10 to keep the year to yourself.",
	"profile.link.bad":      "Enter the whole address of a page, starting with https://.",
	"profile.locale.bad":    "Enter a language, like en or pt-BR.",
	"profile.phone.bad":     "Enter the whole number with its country, like +44 20 7946 0000.",
	"profile.picture.bad":   "Enter the whole address of an image, starting with https://.",
	"profile.text.bad":      "Enter something that can be read.",
	"profile.zoneinfo.bad":  "Enter the name of a time zone, like Europe/London.",

	"password.binary":   "This password contains bytes that are not text. Type it again.",
	"password.common":   "This password is among the first that are guessed. Choose one that only you would think of.",
	"password.email":    "This password is mostly your e-mail address. Choose words that have nothing to do with it.",
	"password.hub":      "This password is mostly the name of this service. Choose words that have nothing to do with it.",
	"password.huge":     "This password is too long. Use at most {max} characters.",
	"password.long":     "This password has {count} characters. Use at most {max}.",
	"password.missing":  "Choose a password of at least {min} characters. Several words in a row are easy to remember.",
	"password.repeats":  "This password repeats the same few characters. Use several different words instead.",
	"password.sequence": "This password is mostly a sequence, like 12345 or qwerty. Use several different words instead.",
	"password.short":    "This password has {count} characters and needs at least {min}. Add another word or two.",
	"password.words":    "This password is mostly made of words that are guessed first. Choose less usual ones.",
}
