package sandbox

// The bodies of calls: JSON as documented, or forms, which clients of CamPay
// send as well and which the framework it is built on reads everywhere.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
)

// readBody reads a call's fields by its content type; none is JSON.
func readBody(r *http.Request, body []byte, asked any) error {
	kind, parameters, err := mime.ParseMediaType(orElse(r.Header.Get("Content-Type"), "application/json"))
	if err != nil {
		kind = "" // what nobody reads
	}
	switch kind {
	case "application/json":
		if err := json.Unmarshal(body, asked); err != nil {
			return malformed("JSON parse error - " + err.Error())
		}
		return nil
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return malformed("Malformed form")
		}
		return fromForm(form, asked)
	case "multipart/form-data":
		form, err := multipart.NewReader(bytes.NewReader(body), parameters["boundary"]).ReadForm(maxBody)
		if err != nil {
			return malformed("Multipart form parse error")
		}
		return fromForm(form.Value, asked)
	}
	return &Refusal{
		HTTPStatus: http.StatusUnsupportedMediaType,
		Message:    fmt.Sprintf("Unsupported media type %q in request.", r.Header.Get("Content-Type")), field: detail,
	}
}

// fromForm takes the last of a field's values, as CamPay's framework does.
func fromForm(form url.Values, asked any) error {
	fields := make(map[string]string, len(form))
	for name, values := range form {
		fields[name] = values[len(values)-1]
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, asked)
}

func malformed(text string) *Refusal {
	return &Refusal{HTTPStatus: http.StatusBadRequest, Message: text, field: detail}
}
