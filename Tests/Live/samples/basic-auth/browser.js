const email = 'example@personr.co';
const password = 'example123';

const credentials = btoa(`${email}:${password}`);

const headers = new Headers();
headers.append('Authorization', `Basic ${credentials}`);
headers.append('Content-Type', 'application/json');

fetch('https://enterprise.personr.co/api/1.1/wf/api-basic-auth', {
    method: 'POST',
    headers: headers
})
.then(response => response.json())
.then(data => {
    console.log('Response:', data);
})
.catch(error => {
    console.error('Error:', error);
});
