package links

import (
	"testing"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/views"
)

func FuzzBatch_AnyText_IsReadOrRefused(f *testing.F) {
	for _, list := range []string{"Nom;Téléphone;Montant;Motif\nÉlève Un;677 12 34 56;25 000;Scolarité\n;;3000;Cahiers\n", "A,677123456,500,Pain", `"a""b";;1;"x`, "a\tb\tc\td\n\"", ",,,\n,,,"} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		of := &web.Form{Ctx: t.Context(), Errors: views.Errors{}}
		in := views.BatchForm{Text: list}
		readBatch(&in, of)
		rows := in.Rows
		if len(rows) > payments.MaxBatch || len(rows) == 0 && len(of.Errors) == 0 {
			t.Fatalf("%d rows, %v", len(rows), of.Errors)
		}
		for _, row := range rows {
			if len(row.Errors) == 0 && (row.Asked <= 0 || row.Description == "") {
				t.Fatalf("%+v is called right", row)
			}
		}
	})
}
