// The least that a command can do. Static, as the goals have it.
int main() { return 0; }
