// Goes on once the frames of the page have loaded. It is written for browsers of
// any age; without it the page's Refresh header goes on a little later.
(function () {
  var rest = 500; // milliseconds, for what a frame does after it has loaded

  window.onload = function () {
    window.setTimeout(function () {
      window.location.replace(document.getElementById("continue").href);
    }, rest);
  };
})();
