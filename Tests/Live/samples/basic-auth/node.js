const axios = require('axios');
const base64 = require('base-64');

const email = 'example@personr.co';
const password = 'example123';

const credentials = base64.encode(`${email}:${password}`);

const config = {
    headers: {
        'Authorization': `Basic ${credentials}`
    }
};

axios.get('https://enterprise.personr.co/api/1.1/wf/api-basic-auth', config)
    .then(response => {
        console.log('Response:', response.data);
    })
    .catch(error => {
        console.error('Error:', error);
    });
