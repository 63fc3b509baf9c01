#pragma once

#include <stddef.h>

/// One file of `Files`, as it was when the binary was built.
struct EmbeddedFile {
    const unsigned char *bytes;
    size_t count;
};

/// The description of the HTTP API in OpenAPI 3.1.
struct EmbeddedFile embeddedOpenAPI(void);
