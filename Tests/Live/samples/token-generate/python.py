import requests

url = "https://enterprise.personr.co/api/1.1/wf/api-token-generate"

payload={'email': 'example@personr.co',
'password': 'example123'}
files=[

]
headers = {}

response = requests.request("POST", url, headers=headers, data=payload, files=files)

print(response.text)
