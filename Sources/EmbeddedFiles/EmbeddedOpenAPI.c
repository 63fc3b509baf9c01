#include "EmbeddedFiles.h"

static const unsigned char openAPI[] = {
#embed "Files/openapi.yaml"
};

struct EmbeddedFile embeddedOpenAPI(void) {
    return (struct EmbeddedFile){"openapi.yaml", openAPI, sizeof openAPI};
}
