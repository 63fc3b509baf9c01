import requests
import base64

email = 'example@personr.co'
password = 'example123'

credentials = base64.b64encode(f'{email}:{password}'.encode()).decode()

url = "https://enterprise.personr.co/api/1.1/wf/api-basic-auth"

headers = {
    'Authorization': f'Basic {credentials}'
}

response = requests.post(url, headers=headers)

print(response.text)
