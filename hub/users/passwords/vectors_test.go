package passwords_test

// One password, "Grüße aus dem Garten", hashed by other programs: passlib 1.7.4,
// Django 5.2.19, and for Keycloak Python's hashlib and argon2-cffi 25.1.0, with
// the results in the JSON of a Keycloak export. Iterations and memory are small,
// for tests.
const foreign = "Grüße aus dem Garten"

var foreignHashes = map[string]string{
	"passlib pbkdf2_sha1":       `$pbkdf2$1000$utfau5cSwpiTcs4ZQ2jNWQ$BNTpLS7T2rnXd9Oy8HBhNjf72F0`,
	"passlib pbkdf2_sha256":     `$pbkdf2-sha256$1000$Vcp5j7EW4jyn9L63ds4Zgw$S.dhIQn4Wr.b1IbRVhTnlLEnWv3Z/KkA0ccuUfBZnSk`,
	"passlib pbkdf2_sha512":     `$pbkdf2-sha512$1000$i7HW.j9HSElprdUaA4CQsg$MM0T0M94.15hp4PXqPVd1VzrVPIbgO7mNDKSALvYduSUllQVU59wss5S8AZ4LHZC0YEybTcpLXmiHYUxXYnpJA`,
	"django pbkdf2_sha256":      `pbkdf2_sha256$1000$saltSALTsalt$VXZH/Aczz5VXCBnRo5BQt9yBMWWDLKxRF5JTs+S9Nws=`,
	"django pbkdf2_sha1":        `pbkdf2_sha1$1000$saltSALTsalt$X3GwiLCkALMklzEgmmg85OP3K/w=`,
	"keycloak pbkdf2 16":        `{"id":"0f5b","type":"password","createdDate":1700000000000,"secretData":"{\"value\":\"nPdrXfJfbC5Ay5u6vVYZ+A==\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":1000,\"algorithm\":\"pbkdf2\",\"additionalParameters\":{}}"}`,
	"keycloak pbkdf2 32":        `{"id":"0f5b","type":"password","createdDate":1700000000000,"secretData":"{\"value\":\"nPdrXfJfbC5Ay5u6vVYZ+Ettv8OXR8PdGJrcZGfEEgQ=\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":1000,\"algorithm\":\"pbkdf2\",\"additionalParameters\":{}}"}`,
	"keycloak pbkdf2 64":        `{"id":"0f5b","type":"password","createdDate":1700000000000,"secretData":"{\"value\":\"nPdrXfJfbC5Ay5u6vVYZ+Ettv8OXR8PdGJrcZGfEEgQc4C6yTXsL5VIYC0L5eVPY32JGCWWJ8oFG1zONx9Lq0Q==\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":1000,\"algorithm\":\"pbkdf2\",\"additionalParameters\":{}}"}`,
	"keycloak pbkdf2-sha256 16": `{"id":"0f5b","type":"password","createdDate":1700000000000,"secretData":"{\"value\":\"YLj1EKVjjuC3puakB+rhYw==\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":1000,\"algorithm\":\"pbkdf2-sha256\",\"additionalParameters\":{}}"}`,
	"keycloak pbkdf2-sha256 32": `{"id":"0f5b","type":"password","createdDate":1700000000000,"secretData":"{\"value\":\"YLj1EKVjjuC3puakB+rhY2bcRrOD99Y3LOtl4a7NaeM=\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":1000,\"algorithm\":\"pbkdf2-sha256\",\"additionalParameters\":{}}"}`,
	"keycloak pbkdf2-sha256 64": `{"id":"0f5b","type":"password","createdDate":1700000000000,"secretData":"{\"value\":\"YLj1EKVjjuC3puakB+rhY2bcRrOD99Y3LOtl4a7NaeM/skqpC/QWHy8Khhazcm7ZvGdJLb/BSUPP4wpDayVW3A==\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":1000,\"algorithm\":\"pbkdf2-sha256\",\"additionalParameters\":{}}"}`,
	"keycloak pbkdf2-sha512 16": `{"id":"0f5b","type":"password","createdDate":1700000000000,"secretData":"{\"value\":\"FPcITZs4FkuzIdSLhOGOcA==\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":1000,\"algorithm\":\"pbkdf2-sha512\",\"additionalParameters\":{}}"}`,
	"keycloak pbkdf2-sha512 32": `{"id":"0f5b","type":"password","createdDate":1700000000000,"secretData":"{\"value\":\"FPcITZs4FkuzIdSLhOGOcDHkGbi6NokmDZbijkJbh1c=\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":1000,\"algorithm\":\"pbkdf2-sha512\",\"additionalParameters\":{}}"}`,
	"keycloak pbkdf2-sha512 64": `{"id":"0f5b","type":"password","createdDate":1700000000000,"secretData":"{\"value\":\"FPcITZs4FkuzIdSLhOGOcDHkGbi6NokmDZbijkJbh1frEPR3wj2nGAxkDyiNQP/1/gJP2OxhLxyDvVlrhPboaw==\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":1000,\"algorithm\":\"pbkdf2-sha512\",\"additionalParameters\":{}}"}`,
	"keycloak argon2":           `{"type":"password","secretData":"{\"value\":\"nXKLFFV98ULL0MQGLPN6ugnxdaoS5ulo0TOnxfUeXpo=\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":5,\"algorithm\":\"argon2\",\"additionalParameters\":{\"hashLength\":[\"32\"],\"memory\":[\"64\"],\"type\":[\"id\"],\"version\":[\"1.3\"],\"parallelism\":[\"1\"]}}"}`,
	"passlib argon2":            `$argon2id$v=19$m=64,t=2,p=1$BOCcs9aaE0Lo3VtrDcG4dw$H/y/746XPsRwJUo0e7nryhXm7M64KCx4ic7/CbDVzLw`,
	"django argon2":             `argon2$argon2id$v=19$m=64,t=2,p=2$c2FsdFNBTFRzYWx0$N6pE7wnfDjKXKvvVIkREVzeBgqCX70tz5mTr9WW/zfI`,
}

// unreadable are hashes of the same password that are refused, with the algorithm
// in the error.
var unreadable = map[string]struct{ hash, name string }{
	"passlib argon2i":       {`$argon2i$v=19$m=64,t=2,p=1$0jqnVIqR8l7rvReilBICwA$cnELV5idvbYQGy1rTF9h6npi1FtF7tqW9EElNcnjv78`, "Argon2i"},
	"passlib scrypt":        {`$scrypt$ln=4,r=8,p=1$F2LsPecc4/x/7/1/j1FKaQ$KTpZah29q5tXBTUxIqJAedNcu3JTBDXf6/avkB0ZVPk`, "scrypt"},
	"passlib sha512_crypt":  {`$6$rounds=1000$NUqKjSuKzX5euCh/$7uIlooYFpQpvGf7FqzO69MFdk9KNj7arcRq50WH.llCz.BKqkGDKZGJh0ofHYP8VfvWGU9ey5k/1sMn3shjQb.`, "SHA512-crypt"},
	"passlib bcrypt_sha256": {`$bcrypt-sha256$v=2,t=2b,r=4$4sr244gUnxedWtUDWTPpbe$hA.KuF4NiDTfSBXH9IpXSRsUk4JrACK`, "bcrypt-sha256"},
	"django md5":            {`md5$saltSALTsalt$cfab15157939a050b351bb88182bba4a`, "MD5"},
	"django scrypt":         {`scrypt$16$saltSALTsalt$8$5$GkEwMzMd7uvtBHV9AqMzmmRzPjdcETIc66WCIAhLdsx/FK01DogRg63//i+i3FY7VMEfXydkscDZu+yFzllqQw==`, "scrypt"},
}

// Made by argon2-cffi of "o\ufb03ce garden wall \u212b" as it was typed, with a
// ligature and the sign of the Ångström, and of the same in NFKC; and once more as
// typed, at the cost of the hashes that tests make.
const (
	typedOddly   = "o\ufb03ce garden wall \u212b"
	oddAsTyped   = "$argon2id$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$ECoYuFH0uRZpFUgJOMKi9qRxWpuDuQzAqOHNF14+Gh8"
	oddInNFKC    = "$argon2id$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$aAMu/h0mQbrAm0lv0ev1zRpS7C7z5oX5MSjqfaO25yM"
	oddAtOurCost = "$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$eARSPSkgabeKJKf20Fb2nl0tUlz7eSvqtEjfqKe8R/Y"
)
