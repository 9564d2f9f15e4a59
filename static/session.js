// Says whether a session at the hub is still the one that an app signed in with
// (OpenID Connect Session Management 1.0 §3.2). An app's page loads the frame
// and posts it "client_id session_state"; the answer is "unchanged", "changed"
// or, where that cannot be read, "error". It is written for browsers of any
// age, so it brings its own SHA-256 (FIPS 180-4).
(function () {
  var cookie = document.getElementById("session").getAttribute("data-cookie");

  // browserStates are what the hub wrote down for this browser at sign-in: one for
  // each account.
  function browserStates() {
    var all = document.cookie.split("; "), i;
    for (i = 0; i < all.length; i++) {
      if (all[i].indexOf(cookie + "=") === 0) {
        return all[i].substring(cookie.length + 1).split(".");
      }
    }
    return [];
  }

  function answer(asked, origin) {
    var parts = /^(\S+) ([0-9a-f]{64}\.(\S+))$/.exec(asked);
    if (!parts) {
      return "error";
    }
    var states = browserStates(), i;
    for (i = 0; i < states.length; i++) {
      if (sha256(parts[1] + " " + origin + " " + states[i] + " " + parts[3]) + "." + parts[3] === parts[2]) {
        return "unchanged";
      }
    }
    return "changed";
  }

  window.addEventListener("message", function (event) {
    if (event.source && event.origin && event.origin !== "null") {
      event.source.postMessage(answer(String(event.data), event.origin), event.origin);
    }
  }, false);

  // fractions are the first 32 bits of the fractional parts of a root of the
  // first primes.
  function fractions(count, root) {
    var out = [], n = 2, d, prime, power;
    while (out.length < count) {
      prime = true;
      for (d = 2; d * d <= n; d++) {
        if (n % d === 0) {
          prime = false;
        }
      }
      if (prime) {
        power = Math.pow(n, 1 / root);
        out.push(((power - Math.floor(power)) * 4294967296) | 0);
      }
      n++;
    }
    return out;
  }

  function rotated(x, by) {
    return (x >>> by) | (x << (32 - by));
  }

  function sha256(text) {
    var k = fractions(64, 3), h = fractions(8, 2), words = [], w = [];
    var bytes = unescape(encodeURIComponent(text)), length = bytes.length, i, j, s, a, b, t;
    for (i = 0; i < length; i++) {
      words[i >> 2] |= bytes.charCodeAt(i) << (24 - (i % 4) * 8);
    }
    words[length >> 2] |= 0x80 << (24 - (length % 4) * 8);
    var last = ((length + 8) >> 6) * 16 + 15;
    words[last] = length * 8;
    for (i = 0; i < last; i += 16) {
      s = h.slice(0);
      for (j = 0; j < 64; j++) {
        if (j < 16) {
          w[j] = words[i + j] | 0;
        } else {
          a = w[j - 15];
          b = w[j - 2];
          w[j] = (w[j - 16] + (rotated(a, 7) ^ rotated(a, 18) ^ (a >>> 3)) +
            w[j - 7] + (rotated(b, 17) ^ rotated(b, 19) ^ (b >>> 10))) | 0;
        }
        t = (s[7] + (rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)) +
          ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[j] + w[j]) | 0;
        a = ((rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)) +
          ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]))) | 0;
        s = [(t + a) | 0, s[0], s[1], s[2], (s[3] + t) | 0, s[4], s[5], s[6]];
      }
      for (j = 0; j < 8; j++) {
        h[j] = (h[j] + s[j]) | 0;
      }
    }
    var hex = "";
    for (i = 0; i < 8; i++) {
      hex += ("0000000" + (h[i] >>> 0).toString(16)).slice(-8);
    }
    return hex;
  }
})();
