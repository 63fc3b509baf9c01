import Auth
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// Gives every error that leaves a route, the framework's own included, the one error shape.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = EdgeRequestContext

    let siteMap: SiteMap
    let limits: EdgeLimits

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let route = siteMap.route((request.head.path ?? "").prefixOfPath)
        do {
            return try await next(request, context)
        } catch let error as ErrorResponse {
            return error.answer(at: route).response
        } catch let error as OAuthError {
            return error.answer.response
        } catch let error as AuthError {
            if case .unavailable(let why) = error {
                context.logger.error("the store gave no certain answer", metadata: ["reason": .string(why)])
            }
            return (route.isOAuth ? OAuthError(error).answer : ErrorResponse(error).answer).response
        } catch let error as HTTPParserError {
            // The gate has answered already; the connection's task must see the error to end.
            throw error
        } catch is NIOTooManyBytesError {
            return EdgeRules.payloadTooLarge(limits).answer(at: route).response
        } catch let error as any HTTPResponseError {
            return ErrorMiddleware.error(error.status).answer(at: route).response
        } catch {
            context.logger.error("internal error", metadata: ["error": "\(error)"])
            return ErrorResponse(.internalError, "Something went wrong; the log has it under \(context.requestID)")
                .answer(at: route).response
        }
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
