// The way on a canvas: streets around, the route, the case and where the inspector is. No tiles, so
// it works without network once the route is known. North is up.

const EARTH_M = 6371008.8;

export function metresBetween(a, b) {
  const rad = Math.PI / 180;
  const x = (b[1] - a[1]) * rad * Math.cos(((a[0] + b[0]) / 2) * rad);
  return EARTH_M * Math.hypot(x, (b[0] - a[0]) * rad);
}

export function draw(canvas, { route, target, me, courseDeg }) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const shown = [target, ...(me ? [me] : []), ...(route ? route.points : [])];
  const at = fitted(shown, width, height);
  pen.lineCap = pen.lineJoin = "round";
  if (route) {
    line(pen, route.streets.map((piece) => piece.map(at)), colour("--street"), 5);
    line(pen, [route.points.map(at)], colour("--accent"), 5);
  } else if (me) {
    pen.setLineDash([6, 8]);
    line(pen, [[at(me), at(target)]], colour("--dim"), 2);
    pen.setLineDash([]);
  }
  pin(pen, at(target), colour("--alarm"), colour("--panel"));
  if (me) person(pen, at(me), courseDeg, colour("--accent"), colour("--panel"));
  scale(pen, at.metrePx, width, height, colour("--dim"));
}

function fitted(points, width, height) {
  const lats = points.map((point) => point[0]);
  const lons = points.map((point) => point[1]);
  const middle = [(Math.min(...lats) + Math.max(...lats)) / 2, (Math.min(...lons) + Math.max(...lons)) / 2];
  const perLat = (EARTH_M * Math.PI) / 180;
  const perLon = perLat * Math.cos((middle[0] * Math.PI) / 180);
  const spanX = Math.max(80, (Math.max(...lons) - Math.min(...lons)) * perLon);
  const spanY = Math.max(80, (Math.max(...lats) - Math.min(...lats)) * perLat);
  const metrePx = Math.min((width - 56) / spanX, (height - 80) / spanY);
  // a little below the middle: the pin stands above its point
  const at = ([lat, lon]) => [width / 2 + (lon - middle[1]) * perLon * metrePx, height / 2 + 10 - (lat - middle[0]) * perLat * metrePx];
  at.metrePx = metrePx;
  return at;
}

function line(pen, pieces, colour, width) {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  for (const piece of pieces) piece.forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.stroke();
}

function pin(pen, [x, y], colour, rim) {
  pen.beginPath();
  pen.moveTo(x, y);
  pen.bezierCurveTo(x - 16, y - 18, x - 11, y - 32, x, y - 32);
  pen.bezierCurveTo(x + 11, y - 32, x + 16, y - 18, x, y);
  pen.fillStyle = colour;
  pen.fill();
  pen.beginPath();
  pen.arc(x, y - 21, 4.5, 0, 7);
  pen.fillStyle = rim;
  pen.fill();
}

function person(pen, [x, y], courseDeg, colour, rim) {
  pen.save();
  pen.translate(x, y);
  if (Number.isFinite(courseDeg)) {
    pen.rotate((courseDeg * Math.PI) / 180);
    pen.beginPath();
    pen.moveTo(0, -18);
    pen.lineTo(8, -6);
    pen.lineTo(-8, -6);
    pen.fillStyle = colour;
    pen.fill();
  }
  pen.beginPath();
  pen.arc(0, 0, 8, 0, 7);
  pen.fillStyle = colour;
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = rim;
  pen.stroke();
  pen.restore();
}

function scale(pen, metrePx, width, height, colour) {
  const metres = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((step) => step * metrePx > 48) || 10000;
  const long = metres * metrePx;
  line(pen, [[[12, height - 16], [12, height - 12], [12 + long, height - 12], [12 + long, height - 16]]], colour, 1);
  pen.fillStyle = colour;
  pen.font = "12px sans-serif";
  pen.fillText(metres < 1000 ? `${metres} m` : `${metres / 1000} km`, 16, height - 18);
}
