// Goes on once: when the frames of the page have loaded, or when they take too
// long. It is written for browsers of any age; without scripts the page's own
// refresh goes on.
(function () {
  var rest = 500; // milliseconds, for what a frame does after it has loaded
  var gone = false;

  function leave() {
    if (gone) {
      return;
    }
    gone = true;
    window.location.replace(document.getElementById("continue").href);
  }

  window.onload = function () {
    window.setTimeout(leave, rest);
  };
  window.setTimeout(leave, 1000 * document.getElementById("leave").getAttribute("data-patience"));
})();
