var form = new FormData();
form.append("email", "example@personr.co");
form.append("password", "example123");

var settings = {
  "url": "https://enterprise.personr.co/api/1.1/wf/api-token-generate",
  "method": "POST",
  "timeout": 0,
  "processData": false,
  "mimeType": "multipart/form-data",
  "contentType": false,
  "data": form
};

$.ajax(settings).done(function (response) {
  console.log(response);
});
