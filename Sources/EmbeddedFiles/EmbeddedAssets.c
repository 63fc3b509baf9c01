#include "EmbeddedFiles.h"

static const unsigned char stylesheet[] = {
#embed "Files/assets/latchkey.css"
};

static const unsigned char script[] = {
#embed "Files/assets/latchkey.js"
};

static const unsigned char icon[] = {
#embed "Files/assets/latchkey.svg"
};

static const struct EmbeddedFile files[] = {
    {"latchkey.css", stylesheet, sizeof stylesheet},
    {"latchkey.js", script, sizeof script},
    {"latchkey.svg", icon, sizeof icon},
};

struct EmbeddedFolder embeddedAssets(void) {
    return (struct EmbeddedFolder){files, sizeof files / sizeof files[0]};
}
