#version 330
// Shading in linear light: a large soft key light, a fill, a rim, a sky; skin lets red light past the shadow line.
uniform int material;       // 0 skin, 1 garment, 2 eyes, 3 teeth, 4 inside of the mouth
uniform vec3 eye_at;        // the camera
uniform vec3 key_to; uniform vec3 key_colour;
uniform vec3 fill_to; uniform vec3 fill_colour;
uniform vec3 rim_to; uniform vec3 rim_colour;
uniform vec3 sky_above; uniform vec3 sky_below;
uniform vec3 skin_colour; uniform vec3 lip_colour; uniform vec3 brow_colour; uniform vec3 iris_colour;
uniform vec3 garment_colour; uniform float neckline; uniform float neckline_dip;
uniform sampler2D paint;    // front view of the face at rest: lips, brows, stubble and scalp, blush
uniform vec4 paint_area;    // x0, y0, width, height in dm
uniform vec3 eye_centre[2]; uniform vec3 gaze[2]; uniform float eye_radius;
in vec3 at;
in vec3 n;
in vec3 rest_at;
in vec4 seen;
out vec4 colour;

float hash(vec3 p) { return fract(sin(dot(p, vec3(127.1, 311.7, 74.7))) * 43758.5453); }
float noise(vec3 p) {
    vec3 i = floor(p), f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    return mix(mix(mix(hash(i), hash(i + vec3(1,0,0)), f.x), mix(hash(i + vec3(0,1,0)), hash(i + vec3(1,1,0)), f.x), f.y),
               mix(mix(hash(i + vec3(0,0,1)), hash(i + vec3(1,0,1)), f.x), mix(hash(i + vec3(0,1,1)), hash(i + vec3(1,1,1)), f.x), f.y), f.z);
}
vec3 lit(vec3 normal, vec3 albedo, vec3 wrap, vec2 seen) {
    vec3 key = clamp((dot(normal, key_to) + wrap) / (1.0 + wrap), 0.0, 1.0);
    vec3 fill = clamp((dot(normal, fill_to) + wrap) / (1.0 + wrap), 0.0, 1.0);
    vec3 occlusion = pow(vec3(seen.x), 1.0 - 0.45 * albedo);   // light that bounced in a fold takes its colour
    vec3 sky = mix(sky_below, sky_above, 0.5 + 0.5 * normal.y) * occlusion;
    return albedo * (key_colour * key * mix(vec3(seen.y), vec3(1.0), wrap * 0.25) + fill_colour * fill * occlusion + sky);
}
float gloss(vec3 normal, vec3 to, vec3 view, float roughness) {
    vec3 half_way = normalize(to + view);
    float power = 2.0 / (roughness * roughness) - 2.0;
    float fresnel = 0.028 + 0.972 * pow(1.0 - max(dot(view, half_way), 0.0), 5.0);
    return max(dot(normal, to), 0.0) * fresnel * (power + 8.0) / 25.0 * pow(max(dot(normal, half_way), 0.0), power);
}
vec3 film(vec3 x) {           // the usual rational fit of a film curve, then display coding
    x = clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
    return pow(x, vec3(1.0 / 2.2));
}
void main() {
    vec3 normal = normalize(n);
    vec3 view = normalize(eye_at - at);
    vec3 result;
    if (material == 0) {
        vec4 mask = texture(paint, (rest_at.xy - paint_area.xy) / paint_area.zw) * smoothstep(0.3, 0.9, rest_at.z);
        float mottled = seen.w;
        vec3 albedo = skin_colour * mix(vec3(0.93, 0.90, 0.89), vec3(1.05, 1.06, 1.06), mottled);
        albedo *= mix(vec3(1.0), vec3(1.03, 0.84, 0.82), mask.a);
        albedo = mix(albedo, lip_colour, mask.r);
        albedo = mix(albedo, brow_colour * 1.6, mask.b);
        albedo = mix(albedo, brow_colour, mask.g);
        albedo = mix(albedo, brow_colour * 0.5, smoothstep(0.25, 0.9, seen.z));
        result = lit(normal, albedo, vec3(0.42, 0.22, 0.16), seen.xy);
        float roughness = mix(mix(0.46, 0.55, mottled), 0.33, mask.r);
        float dull = (1.0 - 0.8 * mask.g) * (1.0 - 0.5 * mask.b);
        result += dull * seen.y * key_colour * gloss(normal, key_to, view, roughness) * 0.75;
        result += dull * seen.x * fill_colour * gloss(normal, fill_to, view, roughness) * 0.6;
        float edge = pow(1.0 - max(dot(normal, view), 0.0), 3.0);
        result += dull * rim_colour * seen.x * edge * clamp(dot(normal, rim_to) + 0.3, 0.0, 1.0) * 0.35;
    } else if (material == 1) {
        float side = abs(rest_at.x) / 0.9;
        float line = neckline - neckline_dip * max(1.0 - side * side, -0.6) * step(0.0, rest_at.z + 0.2);
        if (rest_at.y > line) discard;
        float weave = 1.0 + 0.05 * sin(rest_at.x * 150.0) * sin(rest_at.y * 190.0);
        float rib = smoothstep(0.0, 0.02, line - rest_at.y) * (1.0 - 0.25 * smoothstep(0.16, 0.13, line - rest_at.y) * (0.5 + 0.5 * sin(rest_at.x * 160.0)));
        float folds = 0.80 + 0.4 * seen.w;
        result = lit(normal, garment_colour * weave * rib * folds, vec3(0.12), seen.xy);
        result += rim_colour * pow(1.0 - max(dot(normal, view), 0.0), 4.0) * 0.10;
    } else if (material == 2) {
        int side = at.x > 0.5 * (eye_centre[0].x + eye_centre[1].x) ? 0 : 1;
        vec3 out_to = normalize(at - eye_centre[side]);
        float off = acos(clamp(dot(out_to, gaze[side]), -1.0, 1.0)) * eye_radius;   // dm from the iris centre
        vec3 across = out_to - gaze[side] * dot(out_to, gaze[side]);
        float angle = atan(across.y, across.x);
        vec3 white = vec3(0.50, 0.47, 0.455) * (0.97 + 0.06 * noise(out_to * 30.0));
        white = mix(white, vec3(0.60, 0.42, 0.40), smoothstep(0.09, 0.16, off) * 0.5);
        float fibre = noise(vec3(cos(angle) * 9.0, sin(angle) * 9.0, off * 40.0));
        vec3 iris = iris_colour * (0.55 + 0.9 * fibre) * mix(1.25, 0.7, smoothstep(0.025, 0.058, off));
        iris = mix(iris, iris_colour * 0.18, smoothstep(0.050, 0.060, off));
        vec3 albedo = mix(iris, white, smoothstep(0.056, 0.064, off));
        albedo = mix(vec3(0.004), albedo, smoothstep(0.020, 0.026, off));
        result = lit(out_to, albedo, vec3(0.35), vec2(seen.x * 0.9, min(1.0, seen.y + 0.15)));
        vec3 wet = normalize(out_to + gaze[side] * 0.25 * smoothstep(0.07, 0.0, off));
        result += key_colour * gloss(wet, key_to, view, 0.13) * 0.35 + fill_colour * gloss(wet, fill_to, view, 0.16) * 0.4;
    } else if (material == 3) {
        if (abs(rest_at.x) > 0.21) discard;     // the back teeth, bare of gums, would show as a wall
        normal *= sign(dot(normal, view));      // the mesh turns half of the teeth inside out
        result = lit(normal, vec3(0.50, 0.46, 0.41), vec3(0.3), vec2(0.45, 0.3));
    } else {
        result = vec3(0.030, 0.009, 0.008);
    }
    colour = vec4(film(result), 1.0);
}
