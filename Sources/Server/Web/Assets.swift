import Auth
import Crypto
import EmbeddedFiles
import HTTPTypes
import Hummingbird
import NIOCore

/// The files that pages load, each under a name that tells its content: it may be kept for ever.
struct Assets: Sendable {
    private struct Asset: Sendable {
        let contentType: String
        let bytes: ByteBuffer
    }

    private let assets: [String: Asset]
    private let paths: [String: String]

    init() {
        var assets: [String: Asset] = [:]
        var paths: [String: String] = [:]
        for file in EmbeddedFolder.assets {
            let digest = SHA256.hash(data: file.bytes).prefix(8).hexadecimal
            let suffix = file.name.dropFirst(file.stem.count)
            let path = SiteMap.assets + "\(file.stem).\(digest)\(suffix)"
            paths[file.name] = path
            assets[path] = Asset(
                contentType: Assets.contentType(of: suffix),
                bytes: ByteBuffer(bytes: file.bytes)
            )
        }
        self.assets = assets
        self.paths = paths
    }

    /// The path of the file of this name; throws when it was not embedded.
    func path(_ name: String) throws -> String {
        guard let path = paths[name] else { throw Templates.Failure.noTemplate(name) }
        return path
    }

    /// `GET /assets/NAME.DIGEST.EXTENSION`.
    func answer(_ request: Request, _ context: EdgeRequestContext) async throws -> Response {
        guard let asset = assets[request.uri.path] else { throw ErrorResponse.notFound }
        return Response(
            status: .ok,
            headers: [
                .contentType: asset.contentType, .cacheControl: "public, max-age=31536000, immutable",
            ],
            body: ResponseBody(byteBuffer: asset.bytes)
        )
    }

    private static func contentType(of suffix: Substring) -> String {
        switch suffix {
        case ".css": "text/css; charset=utf-8"
        case ".js": "text/javascript; charset=utf-8"
        case ".svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }
}
