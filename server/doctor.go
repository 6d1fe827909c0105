package server

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/reconciler/doctor"
)

// errLooking keeps many who ask from being a load: a checkup reads a lot.
var errLooking = connect.NewError(connect.CodeResourceExhausted, errors.New("this server looks at the database for somebody else at the moment: ask again when it has"))

// Doctor looks for what must not be in the database of all teams.
func (a *Admin) Doctor(ctx context.Context, req *connect.Request[weirv1.DoctorRequest]) (*connect.Response[weirv1.DoctorResponse], error) {
	return unary(ctx, a.core, req, a.doctor)
}

func (a *Admin) doctor(ctx context.Context, _ Identity, _ *weirv1.DoctorRequest) (*weirv1.DoctorResponse, error) {
	select {
	case a.looking <- struct{}{}:
		defer func() { <-a.looking }()
	default:
		return nil, errLooking
	}
	c, err := a.store.Checkup(ctx)
	if err != nil {
		return nil, err
	}
	out := &weirv1.DoctorResponse{}
	for _, f := range doctor.Judge(c) {
		out.Findings = append(out.Findings, &weirv1.Finding{Check: f.Check, Broken: f.Broken, Fix: f.Fix, Subject: f.Subject, What: f.What})
	}
	return out, nil
}
