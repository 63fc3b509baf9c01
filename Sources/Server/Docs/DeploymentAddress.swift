/// What a page of the developer centre says of the server that it is read from. The pages are written for the default
/// settings, so that they read well as they stand in the repository; here those make way.
struct DeploymentAddress: Sendable {
    /// The public address, or the one listened on; never what a Host header says.
    let url: String
    let basePath: String

    private static let defaultURL = "http://127.0.0.1:8080"
    private static let defaultBasePath = ServerConfiguration().basePath

    /// The text with this deployment's address and base path in it.
    func fill(_ text: String) -> String {
        text.replacing(DeploymentAddress.defaultBasePath, with: basePath)
            .replacing(DeploymentAddress.defaultURL, with: url)
    }
}
