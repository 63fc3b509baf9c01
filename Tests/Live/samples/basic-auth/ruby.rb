require "uri"
require "net/http"
require "base64"

email = "example@personr.co"
password = "example123"

credentials = Base64.strict_encode64("#{email}:#{password}")

url = URI("https://enterprise.personr.co/api/1.1/wf/api-basic-auth")

https = Net::HTTP.new(url.host, url.port)
https.use_ssl = true

request = Net::HTTP::Post.new(url)
request["Authorization"] = "Basic #{credentials}"

response = https.request(request)
puts response.read_body
