#version 330
// Kajiya and Kay's (1989) light on a thin cylinder: diffuse by the sine, gloss by the angle to the tangent.
uniform vec3 eye_at;
uniform vec3 key_to; uniform vec3 key_colour;
uniform vec3 fill_to; uniform vec3 fill_colour;
uniform vec3 rim_to; uniform vec3 rim_colour;
uniform vec3 sky_above; uniform vec3 sky_below;
uniform vec3 hair_colour; uniform vec3 head_middle;
in vec3 at;
in vec3 t;
in vec3 rest_at;
flat in float shade;
in vec2 place;
out vec4 colour;
vec3 film(vec3 x) {
    x = clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
    return pow(x, vec3(1.0 / 2.2));
}
float gloss(vec3 along, vec3 to, vec3 view, float power, float tilt) {
    vec3 half_way = normalize(to + view);
    float c = dot(along, half_way) + tilt;
    return pow(sqrt(max(1.0 - c * c, 0.0)), power);
}
void main() {
    vec3 along = normalize(t);
    vec3 view = normalize(eye_at - at);
    vec3 outward = normalize(at - head_middle);     // a whole head of hair shades like a ball
    float covered = mix(0.30, 1.0, place.x) * mix(0.55, 1.0, smoothstep(0.0, 0.35, place.y));
    vec3 light = vec3(0.0);
    float key = clamp(0.35 + 0.75 * dot(outward, key_to), 0.0, 1.0);
    float fill = clamp(0.35 + 0.75 * dot(outward, fill_to), 0.0, 1.0);
    float rim = clamp(0.1 + dot(outward, rim_to), 0.0, 1.0);
    light += key_colour * key * sqrt(max(1.0 - pow(dot(along, key_to), 2.0), 0.0));
    light += fill_colour * fill + mix(sky_below, sky_above, 0.5 + 0.5 * outward.y);
    vec3 result = hair_colour * shade * light * covered;
    vec3 tint = mix(vec3(1.0), hair_colour / max(max(hair_colour.r, hair_colour.g), hair_colour.b), 0.5);
    float tilt = 0.08 + 0.06 * shade;
    result += covered * 0.055 * key_colour * key * gloss(along, key_to, view, 60.0, tilt);
    result += covered * 0.05 * tint * key_colour * key * gloss(along, key_to, view, 14.0, -tilt) * shade;
    result += covered * 0.05 * rim_colour * rim * gloss(along, rim_to, view, 12.0, 0.0);
    colour = vec4(film(result), 1.0);
}
