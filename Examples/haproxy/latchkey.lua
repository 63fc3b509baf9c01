-- Asks Latchkey whether a request may pass: http-request lua.latchkey ADDRESS
--
-- On a pass the request gets the six identity fields, and the variable txn.latchkey is "pass". Otherwise the client gets
-- Latchkey's 401 or 403, or a 503 when there was no certain answer.

local QUESTIONS = "abns@latchkey-guard"
local FIELDS = { "user", "email", "account-type", "role", "scopes", "expires" }
-- What a proxy of this dialect tells; the token, and what makes a request a CORS preflight.
local ASKED = { "authorization", "origin", "access-control-request-method", "user-agent" }

local function values(field)
    local list = {}
    if field then
        for index = 0, #field do list[#list + 1] = field[index] end
    end
    return list
end

core.register_action("latchkey", { "http-req" }, function(txn, address)
    local headers = txn.http:req_get_headers()
    local question = {
        ["host"] = { "latchkey" },
        ["x-forwarded-method"] = { txn.sf:method() },
        ["x-forwarded-for"] = { txn.sf:src() },
    }
    for _, name in ipairs(ASKED) do
        local list = values(headers[name])
        if #list > 0 then question[name] = list end
    end

    -- Forged fields go whatever comes, in either spelling: many an API reads X_Latchkey_User as X-Latchkey-User.
    for name in pairs(headers) do
        if name:find("^x[-_]latchkey") then txn.http:req_del_header(name) end
    end

    local answer = core.httpclient():get({
        url = "http://latchkey" .. address,
        dst = QUESTIONS,
        headers = question,
        timeout = 5000,
    })
    local status = answer and answer.status or 503
    if status == 200 then
        for _, name in ipairs(FIELDS) do
            local value = values(answer.headers["x-latchkey-" .. name])[1]
            txn.http:req_set_header("X-Latchkey-" .. name, value or "")
        end
        txn:set_var("txn.latchkey", "pass")
        return
    end

    if status ~= 401 and status ~= 403 then status = 503 end
    local reply = txn:reply({ status = status })
    local challenge = answer and values(answer.headers and answer.headers["www-authenticate"])[1]
    if challenge then reply:add_header("WWW-Authenticate", challenge) end
    txn:done(reply)
end, 1)
