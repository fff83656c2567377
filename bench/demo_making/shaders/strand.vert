#version 330
// A point of a strand of hair; hair moves with the head as one piece.
uniform mat4 view_projection;
uniform mat4 head;
in vec3 position;
in vec3 along;
in vec3 kind;               // brightness, depth in the hair, share of the strand's length
out vec3 at;
out vec3 t;
out vec3 rest_at;
flat out float shade;
out vec2 place;
void main() {
    vec4 moved = head * vec4(position, 1.0);
    at = moved.xyz;
    t = mat3(head) * along;
    rest_at = position;
    shade = kind.x;
    place = kind.yz;
    gl_Position = view_projection * moved;
}
