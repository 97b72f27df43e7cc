"""GLSL of what stands still: ground (streets, markings, pavements) and facades, from metres. Strings."""

from __future__ import annotations

SURFACE = "struct Surface { vec3 albedo; float gloss; vec3 glow; vec3 normal; };\n"

GROUND = """
uniform vec4 uLong[6]; uniform vec4 uCross[5]; uniform vec4 uPark; uniform vec2 uRiver;
float line(float v, float at, float half_width) { return 1.0 - smoothstep(half_width - 0.015, half_width + 0.015, abs(v - at)); }
vec3 asphalt(vec2 p) {
  vec2 t = vec2(p.x * 0.8 + p.y * 0.6, p.y * 0.8 - p.x * 0.6);
  vec4 a = noise4(p * 0.013), b = noise4(t * 0.071), c = mix(noise4(p * 0.43), noise4(t.yx * 0.71), 0.5);
  float v = 0.115 * (0.78 + 0.3 * a.r + 0.16 * b.g) * (0.82 + 0.36 * c.b);
  float crack = smoothstep(0.012, 0.0, abs(noise4(p * 0.045).a - 0.5)) * step(0.55, a.g);
  float patch_ = step(0.72, noise4(floor(p / vec2(3.0, 5.0)) * 0.137).r);
  return vec3(v, v * 1.0, v * 1.03) * (1.0 - 0.45 * crack) * (1.0 - 0.2 * patch_);
}
vec3 markings(vec3 road, vec2 q, vec4 street, float toKerb, vec2 crossing, float side) {
  // q: lateral, along · crossing: distance past the other kerb, class of the other street
  float white = 0.0, yellow = 0.0, lateral = q.x, half_width = street.y, e = crossing.x;
  bool big = street.w < 1.5 || crossing.y < 1.5;
  if (e > 1.0 && e < 5.0 && big) white = step(fract(lateral / 1.0), 0.5) * step(toKerb, -0.35);
  if (e > 5.9 && e < 6.25 && big && side > 0.0) white = 1.0;
  if (e > 7.0 || !big) {
    if (street.w < 0.5) yellow = max(line(lateral, 0.14, 0.07), line(lateral, -0.14, 0.07));
    else if (street.w < 1.5) yellow = line(lateral, 0.0, 0.07) * step(fract(q.y / 6.0), 0.62);
    else yellow = line(lateral, 0.0, 0.06) * step(fract(q.y / 6.0), 0.5) * 0.7;
    if (street.w < 0.5) {
      float dash = step(fract(q.y / 7.0), 0.45);
      if (e < 30.0) dash = 1.0;
      white = max(white, line(abs(lateral), 3.4, 0.07) * dash);
      white = max(white, line(abs(lateral), 6.3, 0.08));
    } else if (street.w < 1.5) white = max(white, line(abs(lateral), half_width - 1.9, 0.07));
  }
  float wear = 0.35 + 0.65 * smoothstep(0.25, 0.6, noise4(q.yx * 0.21 + 0.3).g * 0.6 + noise4(q * 0.9).b * 0.4);
  road = mix(road, vec3(0.62, 0.62, 0.60), white * wear * 0.9);
  return mix(road, vec3(0.62, 0.43, 0.10), yellow * wear * 0.9);
}
Surface ground(vec3 p) {
  Surface s; s.glow = vec3(0.0); s.normal = vec3(0, 0, 1); s.gloss = 0.05;
  vec4 near_long = uLong[0], near_cross = uCross[0]; float dl = 1e9, dc = 1e9;
  for (int i = 0; i < 6; i++) { float d = abs(p.x - uLong[i].x) - uLong[i].y; if (d < dl) { dl = d; near_long = uLong[i]; } }
  for (int i = 0; i < 5; i++) { float d = abs(p.y - uCross[i].x) - uCross[i].y; if (d < dc) { dc = d; near_cross = uCross[i]; } }
  float edge = min(dl, dc);
  if (edge < 0.0) {
    vec3 road = asphalt(p.xy);
    vec2 q = dl < 0.0 ? vec2(p.x - near_long.x, p.y) : vec2(near_cross.x - p.y, p.x);
    vec4 street = dl < 0.0 ? near_long : near_cross;
    float lane = abs(abs(q.x) - street.y * 0.45);
    road *= 1.0 - 0.16 * exp(-pow((lane - 0.8) / 0.35, 2.0));
    road *= 1.0 - 0.22 * exp(-pow(lane / 0.5, 2.0)) * noise4(q * vec2(0.3, 0.02)).r;
    if (dl < 0.0 && dc > 0.0) road = markings(road, q, street, dl, vec2(dc, near_cross.w), (p.y < near_cross.x) == (p.x > near_long.x) ? 1.0 : -1.0);
    else if (dc < 0.0 && dl > 0.0) road = markings(road, q, street, dc, vec2(dl, near_long.w), (p.x < near_long.x) == (p.y < near_cross.x) ? 1.0 : -1.0);
    vec2 cell = floor(p.xy / 17.0), inside = p.xy - (cell + 0.2 + 0.6 * vec2(hash(cell), hash(cell + 7.0))) * 17.0;
    float hole = length(inside);
    if (hole < 0.36) road = vec3(0.07) * (0.7 + 0.6 * step(0.5, fract(inside.x * 9.0)) ) * (hole > 0.33 ? 1.8 : 1.0);
    if (edge > -0.35) road *= 0.8;
    s.albedo = road;
    s.gloss = 0.06;
  } else {
    bool of_long = dl < dc && dl < near_long.z || dc > near_cross.z;
    float depth = of_long ? dl : dc; float wide = of_long ? near_long.z : near_cross.z;
    vec2 q = of_long ? vec2(dl, p.y) : vec2(dc, p.x);
    if (depth < 0.16) s.albedo = vec3(0.40, 0.40, 0.385) * (0.8 + 0.3 * noise4(p.xy * 0.3).r) * (fract(q.y / 1.0) < 0.03 ? 0.5 : 1.0);
    else if (depth < wide + 1.6) {
      vec2 tile = vec2(q.x / 0.25, q.y / 0.5); tile.x += 0.5 * mod(floor(tile.y), 2.0);
      vec2 id = floor(tile), f = fract(tile);
      float joint = (f.x < 0.06 || f.y < 0.035) ? 0.72 : 1.0;
      float style = hash(vec2(near_long.x * 0.1 + (of_long ? 0.0 : near_cross.x), 3.0));
      vec3 one = style < 0.5 ? vec3(0.36, 0.27, 0.23) : vec3(0.36, 0.355, 0.34);
      vec3 two = style < 0.5 ? vec3(0.40, 0.37, 0.33) : vec3(0.27, 0.27, 0.265);
      s.albedo = mix(one, two, 0.55 * step(0.6, hash(id))) * (0.93 + 0.14 * hash(id + 3.0)) * joint;
      if (abs(depth - wide * 0.62) < 0.2) { vec2 t = fract(q / 0.05); s.albedo = vec3(0.52, 0.38, 0.11) * (0.8 + 0.25 * step(0.4, length(t - 0.5))) * (0.8 + 0.3 * hash(floor(q / 0.4))); }
      s.albedo *= 0.72 + 0.42 * noise4(p.xy * 0.06).r * 0.8 + 0.12 * noise4(p.xy * 0.5).g;
    } else {
      float n = noise4(p.xy * 0.021).r;
      vec3 concrete = vec3(0.30, 0.295, 0.28) * (0.8 + 0.35 * noise4(p.xy * 0.17).g);
      bool park = p.x > uPark.x && p.y > uPark.y && p.x < uPark.z && p.y < uPark.w;
      vec3 grass = mix(vec3(0.09, 0.13, 0.04), vec3(0.16, 0.17, 0.07), noise4(p.xy * 0.3).b) * (0.7 + 0.6 * noise4(p.xy * 2.1).r);
      s.albedo = (park || n > 0.66) ? grass : concrete;
      if (p.y > uRiver.x && p.y < uRiver.y) { s.albedo = vec3(0.05, 0.08, 0.08); s.gloss = 0.7; s.normal = normalize(vec3((noise4(p.xy * 0.2).rg - 0.5) * 0.12, 1.0)); }
    }
  }
  if (uWet > 0.0) {
    float puddle = smoothstep(0.45, 0.72, noise4(p.xy * 0.035).b * 0.7 + noise4(p.xy * 0.2).a * 0.3) * (edge < 0.0 ? 1.0 : 0.6);
    s.albedo *= mix(1.0, 0.55, uWet);
    s.gloss = mix(s.gloss, 0.35 + 0.55 * puddle, uWet);
    s.normal = normalize(vec3((noise4(p.xy * 0.9).rg - 0.5) * 0.05 * (1.0 - puddle), 1.0));
  }
  return s;
}
"""

FACADE = """
vec3 wallOf(vec2 uv, vec3 base, float style, float seed) {
  float stain = noise4(vec2(uv.x * 0.06 + seed, uv.y * 0.012)).r * 0.6 + noise4(uv * 0.04 + seed).g * 0.4;
  vec3 c = base * (0.74 + 0.42 * stain) * (0.94 + 0.12 * noise4(uv * 0.8).b);
  if (mod(style, 2.0) > 0.5) { vec2 b = uv / vec2(0.24, 0.075); b.x += 0.5 * mod(floor(b.y), 2.0); vec2 f = fract(b); c *= (f.x < 0.06 || f.y < 0.14) ? 0.82 : 0.9 + 0.2 * hash(floor(b)); }
  return c;
}
Surface facade(vec2 uv, vec3 base, vec4 extra, vec3 n, vec3 view) {
  Surface s; s.glow = vec3(0.0); s.normal = n; s.gloss = 0.03;
  float seed = extra.x, style = extra.y; bool shops = extra.z > 0.5; float first = shops ? 4.0 : 3.6;
  vec3 reflected = environment(reflect(-view, n));
  float fresnel = 0.12 + 0.75 * pow(1.0 - max(dot(view, n), 0.0), 3.0);
  s.albedo = wallOf(uv, base, style, seed);
  if (uv.y > extra.w - 0.7) { s.albedo *= uv.y > extra.w - 0.55 ? 0.9 : 0.65; return s; }
  if (shops && uv.y < first) {
    vec2 cell = vec2(floor(uv.x / 2.6), 0.0); float f = fract(uv.x / 2.6) * 2.6, r = hash(cell + seed * 91.0);
    if (f < 0.22 || uv.y > 2.95 || uv.y < 0.25) { s.albedo *= uv.y < 0.25 ? 0.55 : 0.8; return s; }
    if (r < 0.16) { s.albedo = vec3(0.35, 0.36, 0.38) * (0.75 + 0.4 * abs(fract(uv.y / 0.11) - 0.5)); s.gloss = 0.15; return s; }
    bool frame = f < 0.3 || f > 2.52 || abs(f - 1.4) < 0.03 || abs(uv.y - 2.3) < 0.035;
    vec3 inside = vec3(0.05, 0.045, 0.04) * (0.6 + 1.8 * noise4(vec2(uv.x * 0.31 + seed, uv.y * 0.12)).r);
    float goods = step(0.55, noise4(vec2(uv.x * 0.9, uv.y * 0.35) + seed).g) * step(uv.y, 1.7);
    inside += goods * 0.12 * vec3(hash(floor(uv * 4.0)), hash(floor(uv * 4.0) + 1.0), hash(floor(uv * 4.0) + 2.0));
    s.albedo = frame ? vec3(0.4, 0.41, 0.42) : inside * 0.8;
    s.glow = frame ? vec3(0.0) : reflected * fresnel * 0.55 + uNight * step(0.3, r) * vec3(1.0, 0.82, 0.55) * (0.25 + 2.2 * inside);
    return s;
  }
  float bay_width = 2.9 + 0.9 * fract(seed * 7.3);
  vec2 cell = vec2(floor(uv.x / bay_width), floor((uv.y - first) / 3.0));
  vec2 f = vec2(fract(uv.x / bay_width) * bay_width, uv.y - first - cell.y * 3.0);
  float r = hash(cell + seed * 57.0), r2 = hash(cell * 1.7 + seed * 31.0);
  if (f.y < 0.1) s.albedo *= 0.86;
  bool balcony = mod(style, 3.0) > 1.5 && mod(cell.x, 2.0) > 0.5;
  vec2 low = balcony ? vec2(0.15, 0.95) : vec2(bay_width * 0.24, 0.95);
  vec2 high = balcony ? vec2(bay_width - 0.15, 2.75) : vec2(bay_width * 0.78, 2.5);
  if (balcony && f.y < 0.95 && f.x > 0.1 && f.x < bay_width - 0.1) { s.albedo = mix(base, vec3(0.6), 0.55) * (0.8 + 0.25 * noise4(uv * 0.1).r); if (f.y < 0.14) s.albedo *= 0.5; }
  if (f.x > low.x && f.x < high.x && f.y > low.y && f.y < high.y) {
    vec2 in_ = min(f - low, high - f);
    float panes = balcony ? 0.8 : (high.x - low.x) / 2.0;
    bool frame = min(in_.x, in_.y) < 0.06 || abs(fract((f.x - low.x) / panes + 0.5) - 0.5) * panes < 0.028 || abs(f.y - low.y - 1.05) < 0.025;
    vec3 inside = vec3(0.03, 0.033, 0.036) * (0.5 + r);
    if (r > 0.55) inside = mix(inside, vec3(0.28, 0.25, 0.2) * (0.5 + 0.6 * r2), smoothstep(0.1, 0.5, abs(f.x - (low.x + high.x) * 0.5) / bay_width + 0.25 * r2));
    if (high.y - f.y < 0.13) inside *= 0.4;
    s.albedo = frame ? vec3(0.55, 0.56, 0.56) : inside;
    if (!frame) s.glow = reflected * fresnel * (0.55 + 0.5 * r2) + uNight * step(0.62, r) * mix(vec3(1.0, 0.75, 0.42), vec3(0.9, 0.95, 1.0), step(0.8, r2)) * 0.75;
  } else {
    if (!balcony && f.y > 0.83 && f.y <= 0.95 && f.x > low.x - 0.1 && f.x < high.x + 0.1) s.albedo = vec3(0.5) * (f.y < 0.87 ? 0.6 : 1.0);
    vec2 unit = f - vec2(bay_width * 0.5, 0.14);
    if (!balcony && r2 > 0.42 && unit.x > 0.0 && unit.x < 0.85 && unit.y > 0.0 && unit.y < 0.56) {
      s.albedo = vec3(0.56, 0.57, 0.56) * (0.85 + 0.2 * unit.y);
      float fan = length(unit - vec2(0.32, 0.28)); if (fan < 0.22) s.albedo = vec3(0.12) * (1.0 + step(0.5, fract(fan * 16.0)));
    }
    vec2 shade = f - vec2(bay_width * 0.5 + 0.12, -0.1);
    if (!balcony && r2 > 0.42 && unit.y < 0.0 && shade.x > 0.0 && shade.x < 0.85 && shade.y > 0.0) s.albedo *= 0.62;
    s.albedo *= 1.0 - 0.25 * smoothstep(0.95, 0.0, f.y) * step(low.x, f.x) * step(f.x, high.x) * noise4(vec2(uv.x * 0.9, uv.y * 0.05)).a;
  }
  return s;
}
"""
