#if PostgreSQL
    import CLibpq
    import Foundation

    /// The functions of libpq that are used here, looked up when the first PostgreSQL store is opened.
    ///
    /// libpq brings some twenty libraries and 5.6 MB of memory with it. Linked, each server on SQLite would pay for that, and
    /// need it installed.
    final class Libpq: @unchecked Sendable {
        typealias Texts = UnsafePointer<UnsafePointer<CChar>?>

        let connect: @convention(c) (Texts?, Texts?, CInt) -> OpaquePointer?
        let finish: @convention(c) (OpaquePointer?) -> Void
        let status: @convention(c) (OpaquePointer?) -> ConnStatusType
        let errorMessage: @convention(c) (OpaquePointer?) -> UnsafePointer<CChar>?
        let parameterStatus: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?) -> UnsafePointer<CChar>?
        let socket: @convention(c) (OpaquePointer?) -> CInt
        let setNonblocking: @convention(c) (OpaquePointer?, CInt) -> CInt
        let setNoticeReceiver:
            @convention(c) (OpaquePointer?, PQnoticeReceiver?, UnsafeMutableRawPointer?) -> PQnoticeReceiver?
        let parseConnectionInfo:
            @convention(c) (UnsafePointer<CChar>?, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?)
                -> UnsafeMutablePointer<PQconninfoOption>?
        let freeConnectionInfo: @convention(c) (UnsafeMutablePointer<PQconninfoOption>?) -> Void
        let freeMemory: @convention(c) (UnsafeMutableRawPointer?) -> Void

        let sendQuery: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?) -> CInt
        let sendPrepare:
            @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, UnsafePointer<CChar>?, CInt, UnsafePointer<Oid>?) ->
                CInt
        let sendPrepared:
            @convention(c) (
                OpaquePointer?, UnsafePointer<CChar>?, CInt, Texts?, UnsafePointer<CInt>?, UnsafePointer<CInt>?, CInt
            ) -> CInt
        let flush: @convention(c) (OpaquePointer?) -> CInt
        let consumeInput: @convention(c) (OpaquePointer?) -> CInt
        let isBusy: @convention(c) (OpaquePointer?) -> CInt
        let putCopyData: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, CInt) -> CInt
        let putCopyEnd: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?) -> CInt
        let takeResult: @convention(c) (OpaquePointer?) -> OpaquePointer?

        let resultStatus: @convention(c) (OpaquePointer?) -> ExecStatusType
        let resultErrorField: @convention(c) (OpaquePointer?, CInt) -> UnsafePointer<CChar>?
        let rowCount: @convention(c) (OpaquePointer?) -> CInt
        let columnNumber: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?) -> CInt
        let value: @convention(c) (OpaquePointer?, CInt, CInt) -> UnsafePointer<CChar>?
        let length: @convention(c) (OpaquePointer?, CInt, CInt) -> CInt
        let isNull: @convention(c) (OpaquePointer?, CInt, CInt) -> CInt
        let clear: @convention(c) (OpaquePointer?) -> Void

        init() throws(PostgresStoreError) {
            let names = ["libpq.so.5", "libpq.5.dylib", "/opt/homebrew/opt/libpq/lib/libpq.5.dylib"]
            // Never closed: threads of OpenSSL's own may outlive any store.
            guard let library = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else {
                throw .missingLibrary
            }
            func function<Function>(_ name: String) throws(PostgresStoreError) -> Function {
                guard let address = dlsym(library, name) else { throw .missingLibrary }
                return unsafeBitCast(address, to: Function.self)
            }
            keepOpenSSL(of: library)
            connect = try function("PQconnectdbParams")
            finish = try function("PQfinish")
            status = try function("PQstatus")
            errorMessage = try function("PQerrorMessage")
            parameterStatus = try function("PQparameterStatus")
            socket = try function("PQsocket")
            setNonblocking = try function("PQsetnonblocking")
            setNoticeReceiver = try function("PQsetNoticeReceiver")
            parseConnectionInfo = try function("PQconninfoParse")
            freeConnectionInfo = try function("PQconninfoFree")
            freeMemory = try function("PQfreemem")
            sendQuery = try function("PQsendQuery")
            sendPrepare = try function("PQsendPrepare")
            sendPrepared = try function("PQsendQueryPrepared")
            flush = try function("PQflush")
            consumeInput = try function("PQconsumeInput")
            isBusy = try function("PQisBusy")
            putCopyData = try function("PQputCopyData")
            putCopyEnd = try function("PQputCopyEnd")
            takeResult = try function("PQgetResult")
            resultStatus = try function("PQresultStatus")
            resultErrorField = try function("PQresultErrorField")
            rowCount = try function("PQntuples")
            columnNumber = try function("PQfnumber")
            value = try function("PQgetvalue")
            length = try function("PQgetlength")
            isNull = try function("PQgetisnull")
            clear = try function("PQclear")
        }
    }

    /// Keeps libpq's OpenSSL from freeing its tables when a program ends by its exit handlers, as a test runner does: a thread that
    /// closes its connection at that moment would use them. It must be told before anything else.
    private func keepOpenSSL(of library: UnsafeMutableRawPointer) {
        guard let address = dlsym(library, "OPENSSL_init_crypto") else { return }
        typealias Initialize = @convention(c) (UInt64, OpaquePointer?) -> CInt
        // OPENSSL_INIT_NO_ATEXIT of <openssl/crypto.h>.
        _ = unsafeBitCast(address, to: Initialize.self)(0x0008_0000, nil)
    }
#endif
