import Parsing
import Testing

/// Bodies as they were seen on the wire.
struct RealClientTests {
    @Test func `curl's form is read`() throws {
        let body = """
            --------------------------ff964dbce585c891\r
            Content-Disposition: form-data; name="email"\r
            \r
            example@personr.co\r
            --------------------------ff964dbce585c891\r
            Content-Disposition: form-data; name="password"\r
            \r
            ex"ample123\r
            --------------------------ff964dbce585c891--\r\n
            """
        let fields = try fields(body, "multipart/form-data; boundary=------------------------ff964dbce585c891")
        #expect(fields["email"] == "example@personr.co")
        #expect(fields["password"] == "ex\"ample123")
    }

    @Test func `axios's form with form-data is read`() throws {
        let body = """
            ----------------------------482015562871404119276302\r
            Content-Disposition: form-data; name="email"\r
            \r
            example@personr.co\r
            ----------------------------482015562871404119276302\r
            Content-Disposition: form-data; name="password"\r
            \r
            example123\r
            ----------------------------482015562871404119276302--\r\n
            """
        let fields = try fields(
            body,
            "multipart/form-data; boundary=--------------------------482015562871404119276302"
        )
        #expect(fields["email"] == "example@personr.co")
        #expect(fields["password"] == "example123")
    }

    @Test func `a browser's FormData is read, its strange names and files ignored`() throws {
        let body = """
            ------WebKitFormBoundary7MA4YWxkTrZu0gW\r
            Content-Disposition: form-data; name="email"\r
            \r
            example@personr.co\r
            ------WebKitFormBoundary7MA4YWxkTrZu0gW\r
            Content-Disposition: form-data; name="password"\r
            \r
            exämple123\r
            ------WebKitFormBoundary7MA4YWxkTrZu0gW\r
            Content-Disposition: form-data; name="we%22i%0D%0Ard\\x"\r
            \r
            x\r
            ------WebKitFormBoundary7MA4YWxkTrZu0gW\r
            Content-Disposition: form-data; name="bin"; filename="ä.txt"\r
            Content-Type: application/octet-stream\r
            \r
            \0\r
            ------WebKitFormBoundary7MA4YWxkTrZu0gW--\r\n
            """
        let fields = try fields(body, "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW")
        #expect(fields["email"] == "example@personr.co")
        #expect(fields["password"] == "exämple123")
    }

    @Test func `a browser's empty FormData has no fields`() throws {
        let body = "------formdata-undici-019114080460--\r\n"
        let fields = try fields(body, "multipart/form-data; boundary=----formdata-undici-019114080460")
        #expect(fields["email"] == nil)
    }

    @Test func `Ruby's set_form is read`() throws {
        let boundary = "oUgsVyfHHRqidyQ28v-YDrFI5uanc6YjlcSTfjvjFt-jOcgJNlVKSg"
        let body = """
            --\(boundary)\r
            Content-Disposition: form-data; name="email"\r
            \r
            example@personr.co\r
            --\(boundary)\r
            Content-Disposition: form-data; name="password"\r
            \r
            exämple"1\r
            --\(boundary)--\r\n
            """
        let fields = try fields(body, "multipart/form-data; boundary=\(boundary)")
        #expect(fields["email"] == "example@personr.co")
        #expect(fields["password"] == "exämple\"1")
    }

    @Test func `the urlencoded form of requests is read`() throws {
        let fields = try fields("email=ex%C3%A4mple%2B1%40x.co&password=p%26%3D%25+~%27%22", urlencodedType)
        #expect(fields["email"] == "exämple+1@x.co")
        #expect(fields["password"] == "p&=% ~'\"")
    }

    @Test func `a browser's URLSearchParams is read`() throws {
        let fields = try fields("email=a+b*%C3%A9%7E&password=p", "application/x-www-form-urlencoded;charset=UTF-8")
        #expect(fields["email"] == "a b*é~")
        #expect(fields["password"] == "p")
    }

    @Test func `Power Platform's JSON is read`() throws {
        let body = #"{"email":"example@personr.co","password":"example123"}"#
        let fields = try fields(body, "application/json; charset=utf-8")
        #expect(fields["email"] == "example@personr.co")
        #expect(fields["password"] == "example123")
    }
}
