import Auth
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// Gives every error that leaves a route, the framework's own included, the one error shape, or a page that says it.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = EdgeRequestContext

    let siteMap: SiteMap
    let limits: EdgeLimits
    /// Nil where there are no pages.
    var pages: Pages?

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let route = siteMap.route((request.head.path ?? "").prefixOfPath)
        do {
            return try await next(request, context)
        } catch let error as OAuthError {
            return error.answer.response
        } catch let error as HTTPParserError {
            // The gate has answered already; the connection's task must see the error to end.
            throw error
        } catch let error as AuthError {
            if case .unavailable(let why) = error {
                context.logger.error("the store gave no certain answer", metadata: ["reason": .string(why)])
            }
            return route.isOAuth
                ? OAuthError(error).answer.response : response(ErrorResponse(error), request, route, context)
        } catch let error as ErrorResponse {
            return response(error, request, route, context)
        } catch is NIOTooManyBytesError {
            return response(EdgeRules.payloadTooLarge(limits), request, route, context)
        } catch let error as any HTTPResponseError {
            return response(ErrorMiddleware.error(error.status), request, route, context)
        } catch {
            context.logger.error("internal error", metadata: ["error": "\(error)"])
            let words = "Something went wrong; the log has it under \(context.requestID)"
            return response(ErrorResponse(.internalError, words), request, route, context)
        }
    }

    private func response(
        _ error: ErrorResponse,
        _ request: Request,
        _ route: Route,
        _ context: Context
    ) -> Response {
        guard let pages, showsPage(request, route) else { return error.answer(at: route).response }
        do {
            return try pages.response(error, to: request)
        } catch {
            context.logger.error("no page for an error", metadata: ["error": "\(error)"])
            return ErrorResponse(.internalError, "Something went wrong").answer.response
        }
    }

    /// Pages answer as pages, and so does a path of nobody's when a browser asks for one.
    private func showsPage(_ request: Request, _ route: Route) -> Bool {
        if route != .unknown { return route.isWeb && route != .asset }
        return !siteMap.isBelowBase((request.head.path ?? "").prefixOfPath)
            && request.headers[values: .accept].contains { $0.contains("text/html") }
    }

    /// The framework's errors have a status alone.
    private static func error(_ status: HTTPResponse.Status) -> ErrorResponse {
        let reason = ErrorReason.allCases.first { $0.status == status.code && $0 != .invalidLoginCredentials }
        return switch reason {
        case .notFound: .notFound
        case let reason?: ErrorResponse(reason, "The request cannot be served as sent")
        case nil where 400..<500 ~= status.code:
            ErrorResponse(.invalidData, "The request cannot be served as sent")
        case nil: ErrorResponse(.internalError, "Something went wrong")
        }
    }
}
