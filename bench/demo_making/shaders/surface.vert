#version 330
// A fine vertex of skin, garment, eyes or teeth.
uniform mat4 view_projection;
uniform float push;         // dm along the normal: the garment lies over the body
in vec3 position;
in vec3 normal;
in vec3 rest;               // position at rest, for textures that stick to the body
in vec4 light;              // at rest: share of the sky seen, share of the key light seen, share under hair, skin tone
out vec3 at;
out vec3 n;
out vec3 rest_at;
out vec4 seen;
void main() {
    at = position + push * normal;
    n = normal;
    rest_at = rest;
    seen = light;
    gl_Position = view_projection * vec4(at, 1.0);
}
