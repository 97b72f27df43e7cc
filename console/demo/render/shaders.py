"""GLSL of the renderer. Strings only; `engine` compiles and feeds them.

One vertex format for everything; the fragment shader's `material` numbers are
`meshes.Material`. Everything that looks like a texture is computed from metres.
"""

from __future__ import annotations

from console.demo.render.shader_places import FACADE, GROUND, SURFACE

_HEADER = "#version 330\n"

VERTEX = (
    _HEADER
    + """
uniform mat4 uViewProjection;
in vec3 in_position; in vec3 in_normal; in vec2 in_uv; in vec3 in_colour; in float in_material; in vec4 in_extra;
in vec4 in_row0; in vec4 in_row1; in vec4 in_row2; in vec3 in_tint_a; in vec3 in_tint_b; in float in_id;
out vec3 vPosition; out vec3 vNormal; out vec2 vUv; out vec3 vColour; out vec3 vLocal;
flat out float vMaterial; flat out vec4 vExtra; flat out float vId;
void main() {
  vec4 p = vec4(in_position, 1.0);
  vec3 world = vec3(dot(in_row0, p), dot(in_row1, p), dot(in_row2, p));
  vPosition = world;
  vLocal = in_position;
  vNormal = vec3(dot(in_row0.xyz, in_normal), dot(in_row1.xyz, in_normal), dot(in_row2.xyz, in_normal));
  vUv = in_uv; vMaterial = in_material; vExtra = in_extra; vId = in_id;
  int m = int(in_material + 0.5);
  vColour = in_colour;
  if (m == 1 || m == 7) vColour = in_colour * in_tint_a;
  if (m == 2) vColour = in_colour * in_tint_b;
  gl_Position = uViewProjection * vec4(world, 1.0);
}
"""
)

SHADOW_FRAGMENT = (
    _HEADER
    + """
uniform sampler2D uLeaf;
in vec3 vPosition; in vec3 vNormal; in vec2 vUv; in vec3 vColour; in vec3 vLocal;
flat in float vMaterial; flat in vec4 vExtra; flat in float vId;
void main() { if (int(vMaterial + 0.5) == 12 && texture(uLeaf, vUv).a < 0.5) discard; }
"""
)

#: Light, sky and fog, shared by all passes that see the scene.
_LIGHT = """
uniform vec3 uEye, uSunDirection, uSunColour, uSkyZenith, uSkyHorizon, uGroundLight, uFogColour;
uniform float uFogDensity, uWet, uNight, uCloud;
uniform sampler2D uNoise;
vec4 noise4(vec2 p) { return texture(uNoise, p); }
float hash(vec2 p) { return fract(sin(dot(p, vec2(127.1, 311.7))) * 43758.5453); }
vec3 skyColour(vec3 d) {
  float up = clamp(d.z, 0.0, 1.0);
  vec3 c = mix(uSkyHorizon, uSkyZenith, pow(up, 0.55));
  vec2 q = d.xy / (max(d.z, 0.03) + 0.12);
  float n = noise4(q * 0.045).r * 0.65 + noise4(q * 0.13).g * 0.35;
  float cloud = smoothstep(0.62 - uCloud * 0.5, 0.95 - uCloud * 0.3, n) * smoothstep(0.0, 0.15, d.z);
  vec3 cloudColour = mix(uSkyHorizon * 1.05, uSunColour * 0.25 + uSkyHorizon * 0.8, 0.5);
  c = mix(c, cloudColour, cloud * 0.85);
  float toSun = max(dot(d, uSunDirection), 0.0);
  return c + uSunColour * (pow(toSun, 700.0) * 3.0 + pow(toSun, 8.0) * 0.06);
}
vec3 environment(vec3 d) {
  if (d.z < 0.0) return mix(uSkyHorizon * 0.35, uGroundLight * 0.5, smoothstep(0.0, -0.5, d.z));
  vec3 wall = (uSkyZenith * 0.35 + uGroundLight * 0.4);
  return mix(wall, skyColour(d), smoothstep(0.18, 0.4, d.z + 0.1 * (noise4(d.xy * 0.6).b - 0.5)));
}
vec3 fogged(vec3 c, vec3 p) {
  float d = length(p - uEye);
  float f = 1.0 - exp(-d * uFogDensity);
  return mix(c, uFogColour, f);
}
"""

SKY_FRAGMENT = (
    _HEADER
    + _LIGHT
    + """
uniform mat4 uInverse;
in vec2 vScreen;
layout(location=0) out vec4 oLit; layout(location=1) out vec4 oShade;
void main() {
  vec4 far = uInverse * vec4(vScreen * 2.0 - 1.0, 1.0, 1.0);
  vec3 d = normalize(far.xyz / far.w - uEye);
  vec3 c = d.z < 0.0 ? uFogColour : mix(uFogColour, skyColour(d), smoothstep(0.0, 0.12, d.z));
  oLit = vec4(c, 1.0); oShade = vec4(c, 1.0);
}
"""
)

SCREEN_VERTEX = (
    _HEADER
    + """
out vec2 vScreen;
void main() {
  vec2 p = vec2((gl_VertexID & 1) * 4.0 - 1.0, (gl_VertexID >> 1) * 4.0 - 1.0);
  vScreen = p * 0.5 + 0.5;
  gl_Position = vec4(p, 0.9999999, 1.0);
}
"""
)

_MANY_TAPS = """for (int i = -1; i <= 1; i++) for (int j = -1; j <= 1; j++) sum += texture(map, vec3(q.xy + vec2(i, j) * texel, q.z - 0.0006));
  return sum / 9.0;"""
_FEW_TAPS = """for (int i = 0; i < 2; i++) for (int j = 0; j < 2; j++) sum += texture(map, vec3(q.xy + (vec2(i, j) - 0.5) * texel, q.z - 0.0006));
  return sum / 4.0;"""

_SCENE_MAIN = """
uniform sampler2DShadow uShadow; uniform sampler2DShadow uMoverShadow;
uniform mat4 uShadowMatrix, uMoverShadowMatrix;
uniform sampler2D uLeaf, uSigns;
uniform vec3 uLamps[12]; uniform vec3 uLampColour;
in vec3 vPosition; in vec3 vNormal; in vec2 vUv; in vec3 vColour; in vec3 vLocal;
flat in float vMaterial; flat in vec4 vExtra; flat in float vId;
float lightThrough(sampler2DShadow map, mat4 m, vec3 p, vec3 n, float texel, float bias) {
  vec4 c = m * vec4(p + n * bias, 1.0); vec3 q = c.xyz * 0.5 + 0.5;
  if (q.x < 0.0 || q.y < 0.0 || q.x > 1.0 || q.y > 1.0 || q.z > 1.0) return 1.0;
  float sum = 0.0;
  TAPS
}
Surface surfaceAt(int m, vec3 n, vec3 view) {
  SURFACES_OF_PLACES
  Surface s; s.normal = n; s.albedo = vColour; s.gloss = 0.03; s.glow = vec3(0.0);
  if (m == 1) { s.gloss = 0.32; s.albedo *= 0.93 + 0.1 * noise4(vLocal.xz * 0.3).r; s.albedo *= 0.78 + 0.22 * smoothstep(0.2, 0.75, vLocal.z); }
  else if (m == 3) { s.albedo = vColour * 0.6; s.gloss = 0.62; }
  else if (m == 4) s.gloss = 0.4;
  else if (m == 5) { s.gloss = 0.4; s.glow = vColour * uNight * 3.5; s.albedo *= 0.8; }
  else if (m == 6) s.albedo = abs(vLocal.z) < 10.0 && fract(vLocal.y * 14.0) < 0.45 ? vec3(0.7) : vColour;
  else if (m == 7) s.albedo *= 0.82 + 0.3 * noise4(vLocal.yz * 0.7 + vId * 0.13).r;
  else if (m == 12) { s.albedo *= 0.55 + 0.75 * texture(uLeaf, vUv).r; }
  else if (m == 13) { s.albedo = pow(texture(uSigns, vUv).rgb, vec3(2.2)) * 0.75; s.glow = s.albedo * uNight * 1.6; }
  else if (m == 14) s.albedo *= 0.6 + 0.8 * noise4(vec2(atan(vNormal.y, vNormal.x) * 0.3, vPosition.z * 0.12)).g;
  else if (m == 15) s.albedo *= 0.6 + 0.5 * noise4(vPosition.xy * 0.05).r;
  else if (m == 16) { s.glow = vColour.g < 0.5 ? vColour * 1.6 : vColour * (uNight * 6.0 + 0.15); s.albedo *= 0.7; }
  return s;
}
void shadeAll(out vec3 lit, out vec3 shade) {
  int m = int(vMaterial + 0.5);
  if (m == 12 && texture(uLeaf, vUv).a < 0.5) discard;
  vec3 view = normalize(uEye - vPosition);
  vec3 n = normalize(vNormal);
  if (m != 12 && dot(n, view) < 0.0 && m != 10) n = -n;
  Surface s = surfaceAt(m, n, view);
  n = s.normal;
  vec3 ambient = mix(uGroundLight, uSkyZenith * 0.55 + uSkyHorizon * 0.45, n.z * 0.5 + 0.5);
  if (m == 11 || m == 10) ambient *= 0.72 + 0.28 * smoothstep(0.0, 6.0, m == 11 ? vPosition.z : 6.0);
  if (m < 10) ambient *= 0.62 + 0.38 * smoothstep(0.0, 0.9, vPosition.z);
  vec3 lamps = vec3(0.0);
  if (uNight > 0.01) for (int i = 0; i < 12; i++) { vec3 d = uLamps[i] - vPosition; float r2 = dot(d, d); lamps += uLampColour * max(dot(n, d) * inversesqrt(r2), 0.0) * max(normalize(d).z, 0.0) / (r2 + 4.0); }
  float fresnel = s.gloss * (0.10 + 0.90 * pow(1.0 - max(dot(n, view), 0.0), 4.0));
  vec3 around = environment(reflect(-view, n)) * fresnel * (m == 10 ? 1.0 : 0.95);
  shade = s.albedo * (ambient + lamps * uNight * 40.0) + around + s.glow;
  float facing = max(dot(n, uSunDirection), 0.0);
  if (m == 12) facing = 0.35 + 0.65 * abs(dot(n, uSunDirection));
  float direct = facing > 0.0 ? lightThrough(uShadow, uShadowMatrix, vPosition, n, 1.0 / 4096.0, m == 12 ? 0.25 : 0.06) : 0.0;
  SHADOW_OF_MOVERS
  vec3 half_way = normalize(view + uSunDirection);
  float shine = s.gloss * pow(max(dot(n, half_way), 0.0), m == 10 ? 40.0 : 90.0) * 3.0;
  lit = shade + uSunColour * direct * (s.albedo * facing + shine);
}
"""

STATIC_FRAGMENT = (
    _HEADER
    + _LIGHT
    + SURFACE
    + GROUND
    + FACADE
    + _SCENE_MAIN.replace("SHADOW_OF_MOVERS", "")
    .replace("TAPS", _MANY_TAPS)
    .replace(
        "SURFACES_OF_PLACES",
        "if (m == 10) return ground(vPosition); if (m == 11) return facade(vUv, vColour, vExtra, n, view);",
    )
    + """
layout(location=0) out vec4 oLit; layout(location=1) out vec4 oShade;
void main() { vec3 lit, shade; shadeAll(lit, shade); oLit = vec4(fogged(lit, vPosition), 1.0); oShade = vec4(fogged(shade, vPosition), 1.0); }
"""
)

MOVER_FRAGMENT = (
    _HEADER
    + _LIGHT
    + SURFACE
    + _SCENE_MAIN.replace("SURFACES_OF_PLACES", "")
    .replace("TAPS", _FEW_TAPS)
    .replace(
        "SHADOW_OF_MOVERS",
        "if (direct > 0.0) direct *= lightThrough(uMoverShadow, uMoverShadowMatrix, vPosition, n, 1.0 / 2048.0, 0.05);",
    )
    + """
layout(location=0) out vec4 oColour; layout(location=1) out float oId;
void main() { vec3 lit, shade; shadeAll(lit, shade); oColour = vec4(fogged(lit, vPosition), 1.0); oId = vId; }
"""
)

OCCLUSION_FRAGMENT = (
    _HEADER
    + """
uniform sampler2D uDepth, uLit, uShade; uniform mat4 uInverse; uniform vec3 uEye; uniform vec2 uSize; uniform float uFocal;
in vec2 vScreen;
layout(location=0) out vec4 oLit; layout(location=1) out vec4 oShade;
vec3 at(vec2 s) { vec4 p = uInverse * vec4(vec3(s, texture(uDepth, s).r) * 2.0 - 1.0, 1.0); return p.xyz / p.w; }
float random(vec2 p) { return fract(sin(dot(p, vec2(12.98, 78.23))) * 43758.5453); }
void main() {
  vec4 lit = texture(uLit, vScreen), shade = texture(uShade, vScreen);
  if (texture(uDepth, vScreen).r > 0.99999) { oLit = lit; oShade = shade; return; }
  vec3 p = at(vScreen); vec3 n = normalize(cross(dFdx(p), dFdy(p)));
  if (dot(n, uEye - p) < 0.0) n = -n;
  float far = length(p - uEye), sum = 0.0, turn = random(gl_FragCoord.xy) * 6.28;
  for (int i = 0; i < 20; i++) {
    float r = (float(i) + 0.5) / 20.0, a = turn + float(i) * 2.4;
    vec2 s = vScreen + vec2(cos(a), sin(a)) * r * 1.3 * uFocal / far / uSize;
    vec3 d = at(s) - p; float l = length(d);
    sum += max(dot(n, d / max(l, 1e-3)) - 0.12, 0.0) * smoothstep(2.2, 0.3, l);
  }
  float open = clamp(1.0 - 1.5 * sum / 20.0, 0.25, 1.0);
  oLit = vec4(lit.rgb - shade.rgb * (1.0 - open), 1.0);
  oLit.rgb = max(oLit.rgb, lit.rgb * 0.25);
  oShade = vec4(shade.rgb * open, 1.0);
}
"""
)

COMPOSE_FRAGMENT = (
    _HEADER
    + """
uniform sampler2D uDepth, uLit, uShade; uniform sampler2DShadow uMoverShadow; uniform mat4 uInverse, uMoverShadowMatrix;
in vec2 vScreen;
layout(location=0) out vec4 oColour; layout(location=1) out float oId;
void main() {
  float depth = texture(uDepth, vScreen).r;
  vec3 lit = texture(uLit, vScreen).rgb;
  gl_FragDepth = depth; oId = 0.0;
  vec3 shade = texture(uShade, vScreen).rgb;
  if (depth < 0.99999 && lit.g - shade.g > 0.01) {
    vec4 p = uInverse * vec4(vec3(vScreen, depth) * 2.0 - 1.0, 1.0);
    vec4 c = uMoverShadowMatrix * vec4(p.xyz / p.w + vec3(0, 0, 0.02), 1.0); vec3 q = c.xyz * 0.5 + 0.5;
    if (q.x > 0.0 && q.y > 0.0 && q.x < 1.0 && q.y < 1.0) {
      float light = 0.0;
      for (int i = 0; i < 4; i++) light += texture(uMoverShadow, vec3(q.xy + vec2(i & 1, i >> 1) / 1600.0 - 0.0003, q.z - 0.0005));
      lit = mix(shade, lit, light * 0.25);
    }
  }
  oColour = vec4(lit, 1.0);
}
"""
)

CONTACT_VERTEX = (
    _HEADER
    + """
uniform mat4 uViewProjection;
in vec2 in_corner; in vec4 in_place; in vec2 in_size;
out vec2 vCorner; out float vStrength;
void main() {
  vec2 c = in_corner * in_size * 0.5; float h = in_place.z;
  vec2 p = in_place.xy + vec2(c.x * cos(h) - c.y * sin(h), c.x * sin(h) + c.y * cos(h));
  vCorner = in_corner; vStrength = in_place.w;
  gl_Position = uViewProjection * vec4(p, 0.03, 1.0);
}
"""
)

CONTACT_FRAGMENT = (
    _HEADER
    + """
in vec2 vCorner; in float vStrength;
layout(location=0) out vec4 oColour; layout(location=1) out float oId;
void main() {
  vec2 d = abs(vCorner); float inside = length(pow(d, vec2(3.5)));
  oColour = vec4(0.0, 0.0, 0.0, vStrength * (1.0 - smoothstep(0.25, 1.0, inside))); oId = 0.0;
}
"""
)

SMOKE_VERTEX = (
    _HEADER
    + """
uniform mat4 uViewProjection; uniform vec3 uRight, uUp;
in vec2 in_corner; in vec4 in_centre; in vec4 in_look; in vec4 in_tint;
out vec2 vCorner; out vec4 vTint; flat out vec4 vLook; out vec4 vClip;
void main() {
  float r = in_centre.w, a = in_look.x;
  vec2 c = vec2(in_corner.x * cos(a) - in_corner.y * sin(a), in_corner.x * sin(a) + in_corner.y * cos(a));
  vec3 p = in_centre.xyz + (uRight * c.x + uUp * c.y) * r;
  vCorner = in_corner; vTint = in_tint; vLook = in_look;
  gl_Position = uViewProjection * vec4(p, 1.0); vClip = gl_Position;
}
"""
)

SMOKE_FRAGMENT = (
    _HEADER
    + """
uniform sampler2D uNoise, uDepth; uniform float uNear, uFar;
in vec2 vCorner; in vec4 vTint; flat in vec4 vLook; in vec4 vClip;
layout(location=0) out vec4 oColour;
float metres(float d) { float z = d * 2.0 - 1.0; return 2.0 * uNear * uFar / (uFar + uNear - z * (uFar - uNear)); }
void main() {
  vec2 s = vClip.xy / vClip.w * 0.5 + 0.5;
  float behind = metres(texture(uDepth, s).r), here = vClip.w;
  float soft = clamp((behind - here + 0.4) / 0.8, 0.0, 1.0);
  vec2 q = vCorner * 0.11 + vLook.yz;
  float n = texture(uNoise, q).r * 0.55 + texture(uNoise, q * 2.3 + vLook.zy).g * 0.3 + texture(uNoise, q * 5.1).b * 0.15;
  float r = length(vCorner);
  if (vLook.w < 0.5) {
    float body = smoothstep(0.98, 0.3, r + (n - 0.5) * 1.15);
    float a = body * vTint.a * soft;
    float light = 0.72 + 0.5 * (n - 0.4) + 0.22 * vCorner.y;
    oColour = vec4(vTint.rgb * light * a, a);
  } else {
    vec2 f = vec2(vCorner.x, vCorner.y * 0.5 + 0.5);
    float lick = texture(uNoise, vec2(vCorner.x * 0.12 + vLook.y, vCorner.y * 0.09 - vLook.z)).r;
    float shape = smoothstep(0.0, 0.35, (1.0 - f.y) * 0.95 - abs(f.x) * (1.0 + f.y * 0.6) + (lick - 0.5) * 0.9) * smoothstep(0.0, 0.1, f.y);
    float a = shape * vTint.a * soft;
    vec3 c = mix(vec3(2.2, 0.42, 0.03), vec3(2.9, 1.45, 0.30), smoothstep(0.35, 0.95, shape * (1.15 - f.y)));
    oColour = vec4(c * a, a * 0.55);
  }
}
"""
)

FINISH_FRAGMENT = (
    _HEADER
    + """
uniform sampler2D uColour, uSmoke, uNoise; uniform vec2 uTexel; uniform float uExposure, uSaturation, uTime, uRain; uniform vec3 uTone;
in vec2 vScreen;
layout(location=0) out vec4 oPicture;
vec3 film(vec3 x) { return clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0); }
vec3 sharp(vec2 s) { return min(texture(uColour, s).rgb, vec3(6.0)); }
float random(vec2 p) { return fract(sin(dot(p, vec2(12.9898, 78.233))) * 43758.5453); }
void main() {
  vec2 s = vec2(vScreen.x, 1.0 - vScreen.y);
  vec4 k = texture(uSmoke, s);
  vec3 c = sharp(s) * 0.44;
  c += 0.14 * (sharp(s + vec2(uTexel.x, uTexel.y)) + sharp(s + vec2(-uTexel.x, uTexel.y)) + sharp(s + vec2(uTexel.x, -uTexel.y)) + sharp(s - uTexel));
  c = c * (1.0 - k.a) + k.rgb;
  if (uRain > 0.0) {
    vec2 r = vec2(s.x * 46.0 + s.y * 1.4, s.y * 2.2 + uTime * 7.0); vec2 cell = floor(r);
    float drop = step(0.93, random(cell)) * smoothstep(0.5, 0.42, abs(fract(r.x) - 0.5) * 8.0) * smoothstep(0.0, 0.5, fract(r.y)) ;
    c = mix(c, vec3(0.75, 0.78, 0.8) / uExposure * 0.7, drop * 0.06 * uRain);
  }
  c = film(c * uExposure * uTone);
  c = mix(vec3(dot(c, vec3(0.3, 0.59, 0.11))), c, uSaturation);
  c = pow(c, vec3(1.0 / 2.2));
  vec2 v = vScreen - 0.5; c *= 1.0 - 0.30 * dot(v, v);
  oPicture = vec4(c, 1.0);
}
"""
)
