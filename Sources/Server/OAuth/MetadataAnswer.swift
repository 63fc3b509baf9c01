import NIOCore

/// The metadata of RFC 8414: what there is, where, and how a caller authenticates.
enum MetadataAnswer {
    static func answer(issuer: String) -> Answer {
        var body = ByteBuffer()
        body.write(expecting: 1024) { body in
            body.write("{\"issuer\":")
            body.writeJSON(issuer)
            for (name, path) in [("token", "token"), ("introspection", "introspect"), ("revocation", "revoke")] {
                body.write(",\"\(name)_endpoint\":")
                body.writeJSON("\(issuer)/oauth2/\(path)")
            }
            body.write(
                """
                ,"token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"],\
                "introspection_endpoint_auth_methods_supported":["client_secret_basic","Bearer"],\
                "revocation_endpoint_auth_methods_supported":["client_secret_basic"],\
                "grant_types_supported":["client_credentials"],"response_types_supported":[]}
                """
            )
        }
        return Answer(body: body)
    }
}
