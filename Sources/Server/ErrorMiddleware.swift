import Auth
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// Gives every error that leaves a route, the framework's own included, the one error shape.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = EdgeRequestContext

    let limits: EdgeLimits

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as ErrorResponse {
            return error.answer.response
        } catch let error as AuthError {
            if case .unavailable(let why) = error {
                context.logger.error("the store gave no certain answer", metadata: ["reason": .string(why)])
            }
            return ErrorResponse(error).answer.response
        } catch let error as HTTPParserError {
            // The gate has answered already; the connection's task must see the error to end.
            throw error
        } catch is NIOTooManyBytesError {
            return EdgeRules.payloadTooLarge(limits).answer.response
        } catch let error as any HTTPResponseError {
            return ErrorMiddleware.answer(error.status).response
        } catch {
            context.logger.error("internal error", metadata: ["error": "\(error)"])
            return ErrorResponse(.internalError, "Something went wrong; the log has it under \(context.requestID)")
                .answer.response
        }
    }

    /// The framework's errors have a status alone.
    private static func answer(_ status: HTTPResponse.Status) -> Answer {
        let reason = ErrorReason.allCases.first { $0.status == status.code && $0 != .invalidLoginCredentials }
        return switch reason {
        case .notFound: ErrorResponse.notFound.answer
        case let reason?: ErrorResponse(reason, "The request cannot be served as sent").answer
        case nil where 400..<500 ~= status.code:
            ErrorResponse(.invalidData, "The request cannot be served as sent").answer
        case nil: ErrorResponse(.internalError, "Something went wrong").answer
        }
    }
}
